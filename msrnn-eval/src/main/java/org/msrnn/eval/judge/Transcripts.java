package org.msrnn.eval.judge;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.journal.Journal;
import tools.jackson.core.JacksonException;

/** Every request that a judge was sent and what it answered: append-only, and enough for replay. */
public final class Transcripts implements AutoCloseable {
  /** The name of the file beside the journal of stories. */
  public static final String FILE = "judge.jsonl";

  private final Map<String, Transcript> byKey = new HashMap<>();
  private final @Nullable Journal journal;

  private Transcripts(Path file, List<String> records, @Nullable Journal journal) {
    this.journal = journal;
    for (int i = 0; i < records.size(); i++) {
      try {
        Transcript transcript = Json.read(records.get(i), Transcript.class);
        byKey.put(transcript.key(), transcript);
      } catch (JacksonException e) {
        throw new MsrnnException(
            file + ", record " + (i + 1) + " was written by another version of msrnn");
      }
    }
  }

  /**
   * Those of a folder, to go on from.
   *
   * @param repair whether damaged parts are moved aside
   * @throws MsrnnException if they are damaged, in use, or cannot be written
   */
  public static Transcripts open(Path folder, boolean repair) {
    Path file = folder.resolve(FILE);
    Journal journal = Journal.open(file, repair);
    try {
      return new Transcripts(file, journal.records(), journal);
    } catch (MsrnnException e) {
      journal.close();
      throw e;
    }
  }

  /**
   * Those of a folder, to be read alone.
   *
   * @throws MsrnnException if there are none, or they are damaged
   */
  public static Transcripts read(Path folder) {
    Path file = folder.resolve(FILE);
    return new Transcripts(file, Journal.read(file), null);
  }

  /** The last record of a request, or null. */
  @Nullable Transcript find(String key) {
    return byKey.get(key);
  }

  /** Keeps a record; it is on the disk when the call returns. */
  void add(Transcript transcript) {
    if (journal == null) {
      throw new IllegalStateException("these transcripts are read alone");
    }
    journal.append(Json.line(transcript));
    byKey.put(transcript.key(), transcript);
  }

  @Override
  public void close() {
    if (journal != null) {
      journal.close();
    }
  }
}

package org.msrnn.eval.sweep;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.task.Figures;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A cell as the journal holds it. Nothing but {@code seconds} and {@code finished} differs between
 * two runs of the same command, unless its task's figures are {@link TaskKind#timed}.
 *
 * @param key {@link CellId#key}
 * @param status {@code done} or {@code failed}
 * @param cell what was to be computed
 * @param result what was found; null where it failed
 * @param error why it failed
 * @param seconds how long it took
 * @param finished when, in UTC
 * @param place the cell's place in the grid of its command, from 0: several journals of one grid
 *     are put together by it
 */
public record CellRecord(
    String key,
    String status,
    CellId cell,
    @Nullable Figures result,
    @Nullable String error,
    double seconds,
    String finished,
    int place) {
  private static final String DONE = "done";
  private static final String FAILED = "failed";

  /** As it stands in the journal, before it is known what its result is. */
  private record Line(
      String key,
      String status,
      CellId cell,
      @Nullable JsonNode result,
      @Nullable String error,
      double seconds,
      String finished,
      int place) {
    @SuppressWarnings("UnusedMethod") // the mapper calls it
    Line {
      Objects.requireNonNull(key);
      Objects.requireNonNull(status);
      Objects.requireNonNull(cell);
      Objects.requireNonNull(finished);
    }
  }

  /** Whether it holds a result. */
  public boolean done() {
    return result != null;
  }

  /** The kind of its task. */
  public TaskKind<?> kind() {
    return TaskKinds.of(cell.task())
        .orElseThrow(() -> new IllegalStateException("a task of another version: " + cell.task()));
  }

  static CellRecord of(CellId cell, Figures figures, double seconds, String finished, int place) {
    return new CellRecord(cell.key(), DONE, cell, figures, null, seconds, finished, place);
  }

  static CellRecord failed(CellId cell, String error, double seconds, String finished, int place) {
    return new CellRecord(cell.key(), FAILED, cell, null, error, seconds, finished, place);
  }

  /**
   * Reads a record.
   *
   * @throws MsrnnException if it is of another kind, or its task is not known
   */
  static CellRecord read(String json) {
    Line line;
    Figures figures;
    try {
      line = Json.read(json, Line.class);
      TaskKind<?> kind = TaskKinds.of(line.cell.task()).orElseThrow(() -> otherVersion(null));
      JsonNode result = line.result;
      figures = result == null || result.isNull() ? null : Json.read(result, kind.figures());
    } catch (JacksonException e) {
      throw otherVersion(e);
    }
    if (line.status.equals(DONE) && figures == null) {
      throw otherVersion(null);
    }
    return new CellRecord(
        line.key,
        line.status,
        line.cell,
        figures,
        line.error,
        line.seconds,
        line.finished,
        line.place);
  }

  private static MsrnnException otherVersion(@Nullable JacksonException cause) {
    return new MsrnnException(
        "the journal holds a record that another version of msrnn wrote; choose another --out",
        cause);
  }
}

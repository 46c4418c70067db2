package org.msrnn.eval.dataset;

import dev.hardwood.HardwoodContext;
import dev.hardwood.InputFile;
import dev.hardwood.metadata.FileMetaData;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.schema.SchemaNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.Digest;

/**
 * Parquet files in the form of kvpress: {@code context}, {@code question}, {@code answer_prefix},
 * {@code answer} (a text or a list of texts), {@code max_new_tokens} and {@code task}. A prompt is
 * the first three of them, one after the other; where it is too long, the end of the context goes.
 *
 * <p>RULER's tasks are scored as RULER does, those of LongBench as {@link LongBenchRecords} says,
 * all others not at all.
 */
final class KvPressTable {
  private static final Pattern RULER_ALL = Pattern.compile("(niah|vt|cwe|fwe)(_.*)?");
  private static final Pattern RULER_ANY = Pattern.compile("qa(_[0-9]+)?");
  private static final long MOST = 1L << 30;
  private static final int SHOWN = 40;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path file;
  private final Set<String> columns;
  private final RowReader rows;

  private KvPressTable(Path file, Set<String> columns, RowReader rows) {
    this.file = file;
    this.columns = columns;
    this.rows = rows;
  }

  /**
   * Reads a file.
   *
   * @param limit the most questions
   * @throws IOException if the file system fails
   */
  static List<Question> read(Path file, int limit) throws IOException {
    return read(file, limit, PATIENCE);
  }

  /**
   * Reads a file in a thread of its own: broken bytes can leave the Parquet reader waiting for
   * values that never come.
   *
   * @param patience how long the whole may take
   */
  static List<Question> read(Path file, int limit, Duration patience) throws IOException {
    if (!Files.isRegularFile(file)) {
      Files.newInputStream(file).close(); // says why
    }
    var reading = new FutureTask<>(() -> readHere(file, limit));
    Thread.ofPlatform().daemon().name("parquet").start(reading);
    try {
      return reading.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof MsrnnException known) {
        throw known;
      }
      throw broken(file, String.valueOf(cause == null ? e : cause.getMessage()), e);
    } catch (TimeoutException e) {
      throw broken(file, "its values do not come to an end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw broken(file, "interrupted", e);
    } finally {
      reading.cancel(true);
    }
  }

  private static MsrnnException broken(Path file, String reason, Exception cause) {
    return new MsrnnException(file + " cannot be read as a Parquet file: " + reason, cause);
  }

  private static List<Question> readHere(Path file, int limit) throws IOException {
    Logger.getLogger("dev.hardwood").setLevel(Level.WARNING); // it tells of its vectors
    try (HardwoodContext context = HardwoodContext.create(1);
        ParquetFileReader reader = ParquetFileReader.open(InputFile.of(file), context)) {
      demandSize(file, reader.getFileMetaData());
      Set<String> columns = new HashSet<>();
      reader.getFileSchema().getRootNode().children().stream()
          .map(SchemaNode::name)
          .forEach(columns::add);
      try (RowReader rows = reader.buildRowReader().head(limit).build()) {
        return new KvPressTable(file, columns, rows).questions(limit);
      }
    }
  }

  /** What a file says of its size, before anything of that size is made. */
  private static void demandSize(Path file, FileMetaData data) {
    long most = Math.min(MOST, Runtime.getRuntime().maxMemory() / 4);
    double bytes = data.rowGroups().stream().mapToDouble(g -> g.totalByteSize()).sum();
    if (bytes > most) {
      throw new MsrnnException(
          file + " holds more than " + (most >> 20) + " MiB; use a smaller file or more memory");
    }
  }

  private List<Question> questions(int limit) {
    List<Question> questions = new ArrayList<>();
    while (questions.size() < limit && rows.hasNext()) {
      rows.next();
      questions.add(question(questions.size()));
    }
    return questions;
  }

  private Question question(int row) {
    String context = text(row, "context");
    String prefix = columns.contains("answer_prefix") ? textOrNull(row, "answer_prefix") : null;
    String task = columns.contains("task") ? textOrNull(row, "task") : null;
    String dataset = task == null ? "kvpress" : task;
    String suffix = text(row, "question") + (prefix == null ? "" : prefix);
    return new Question(
        dataset,
        dataset + "/" + row,
        Digest.sha256(context),
        new Prompt(context, 0, suffix, "", Prompt.Cut.DOCUMENT_END),
        answers(row),
        List.of(),
        newTokens(row),
        scoring(dataset));
  }

  private static Scoring scoring(String dataset) {
    return RULER_ALL.matcher(dataset).matches()
        ? Scoring.MATCH_ALL
        : RULER_ANY.matcher(dataset).matches()
            ? Scoring.MATCH_ANY
            : LongBenchRecords.scoring(dataset);
  }

  private List<String> answers(int row) {
    Object value = columns.contains("answer") ? rows.getValue("answer") : null;
    List<String> answers = new ArrayList<>();
    if (value instanceof PqList list) {
      for (Object answer : list.values()) {
        answers.add(text(row, "answer", answer));
      }
    } else if (value != null) {
      answers.add(text(row, "answer", value));
    }
    return answers;
  }

  private int newTokens(int row) {
    Object value = value(row, "max_new_tokens");
    if (value instanceof Integer || value instanceof Long) {
      long tokens = ((Number) value).longValue();
      if (tokens >= 1 && tokens <= Integer.MAX_VALUE) {
        return (int) tokens;
      }
    }
    throw wrong(row, "max_new_tokens", value, "a whole number of 1 or more");
  }

  private @Nullable Object value(int row, String column) {
    if (!columns.contains(column)) {
      throw new MsrnnException(
          file + ", row " + row + ": there is no column '" + column + "', which is needed");
    }
    return rows.getValue(column);
  }

  private String text(int row, String column) {
    return text(row, column, value(row, column));
  }

  private @Nullable String textOrNull(int row, String column) {
    Object value = value(row, column);
    return value == null ? null : text(row, column, value);
  }

  private String text(int row, String column, @Nullable Object value) {
    if (!(value instanceof String text)) {
      throw wrong(row, column, value, "a text");
    }
    return text;
  }

  private MsrnnException wrong(int row, String column, @Nullable Object found, String allowed) {
    String text = found == null ? "null" : found.toString();
    return new MsrnnException(
        file
            + ", row "
            + row
            + ": the column '"
            + column
            + "' is "
            + (text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...")
            + ", allowed is "
            + allowed);
  }
}

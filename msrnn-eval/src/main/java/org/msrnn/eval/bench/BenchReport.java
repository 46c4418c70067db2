package org.msrnn.eval.bench;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.report.TextTable;

/** A result in the formats that people and programs read. */
public final class BenchReport {
  /** What can be written. */
  public enum Format {
    /** A plain table under a line about the model. */
    TABLE,
    /** A Markdown table with every column of llama-bench and more. */
    MD,
    /** One line a row, in full precision. */
    CSV,
    /** One object. */
    JSON
  }

  private static final List<String> MODEL_HEADER =
      List.of("model", "type", "size", "params", "backend", "threads");
  private static final List<String> HEADER =
      List.of(
          "policy",
          "state",
          "kv",
          "batch",
          "depth",
          "test",
          "t/s",
          "best",
          "ms/token",
          "MB/token",
          "GB/s",
          "of read",
          "state bytes");

  private final BenchResult result;

  /** A report of a result. */
  public BenchReport(BenchResult result) {
    this.result = result;
  }

  /** The result in a format. */
  public String text(Format format) {
    return switch (format) {
      case TABLE -> table() + "\n" + facts();
      case MD ->
          markdown()
              + "\n"
              + facts().lines().map(l -> "- " + l + "\n").collect(Collectors.joining());
      case CSV -> csv();
      case JSON -> Json.line(result);
    };
  }

  private String table() {
    TextTable table = new TextTable(3, header().toArray(String[]::new));
    result.rows().forEach(row -> table.add(cells(row)));
    return String.join(", ", model(result.rows().getFirst()).subList(0, 5)) + "\n\n" + table;
  }

  private String markdown() {
    List<String> header = new ArrayList<>(MODEL_HEADER);
    header.addAll(header());
    StringBuilder text = new StringBuilder(line(header));
    text.append(
        line(
            header.stream()
                .map(h -> h.matches("model|type|backend|policy|kv") ? "---" : "---:")
                .toList()));
    for (BenchRow row : result.rows()) {
      List<String> cells = new ArrayList<>(model(row));
      cells.addAll(cells(row));
      text.append(line(cells));
    }
    return text.toString();
  }

  private static String line(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }

  private List<String> header() {
    List<String> header = new ArrayList<>(HEADER);
    Long capacity = result.capacity();
    if (capacity != null) {
      header.add("batch in " + Numbers.bytes(capacity));
    }
    return header;
  }

  private static List<String> model(BenchRow row) {
    return List.of(
        row.model(),
        row.type(),
        Numbers.bytes(row.modelBytes()),
        Numbers.fixed(row.parameters() / 1e6, row.parameters() < 1e9 ? 1 : 0) + " M",
        row.backend(),
        orDash(row.threads()));
  }

  private static List<String> cells(BenchRow row) {
    Double bytes = row.bytesPerToken();
    Double share = row.readShare();
    List<String> cells = new ArrayList<>();
    cells.add(row.policy());
    cells.add(orDash(row.state()));
    cells.add(row.kv());
    cells.add(Integer.toString(row.batch()));
    cells.add(Integer.toString(row.depth()));
    cells.add(row.test());
    cells.add(Numbers.fixed(row.tokensPerSecond(), 2) + " ± " + Numbers.fixed(row.deviation(), 2));
    cells.add(Numbers.fixed(row.best(), 2));
    cells.add(Numbers.fixed(row.millisecondsPerToken(), 3));
    cells.add(bytes == null ? "-" : Numbers.fixed(bytes / 1e6, 1));
    cells.add(Numbers.fixed(row.gigabytesPerSecond(), 2));
    cells.add(share == null ? "-" : Numbers.fixed(100 * share, 0) + " %");
    cells.add(Numbers.bytes(row.stateBytes()));
    if (row.largestBatch() != null) {
      cells.add(row.largestBatch().toString());
    }
    return cells;
  }

  private static String orDash(@Nullable Integer number) {
    return number == null ? "-" : number.toString();
  }

  /** What belongs to the run and not to a row, a line each. */
  public String facts() {
    ReadBandwidth read = result.readBandwidth();
    Long peak = result.peakBytes();
    return "read bandwidth: "
        + Numbers.fixed(read.oneThread(), 1)
        + " GB/s with 1 thread, "
        + Numbers.fixed(read.allThreads(), 1)
        + " GB/s with "
        + read.threads()
        + " ("
        + Numbers.bytes(read.bufferBytes())
        + " in "
        + (read.largePages() ? "pages of 2 MiB" : "small pages")
        + ", best of several passes)\nof read: GB/s of the row in that with "
        + read.threads()
        + "; what is above 100 % comes from caches\npeak memory: "
        + (peak == null ? "this system does not say" : Numbers.bytes(peak))
        + "\nload time: "
        + Numbers.seconds(result.loadSeconds())
        + "\n";
  }

  private String csv() {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(text)) {
      RecordComponent[] columns = BenchRow.class.getRecordComponents();
      csv.writeRecord(Arrays.stream(columns).map(RecordComponent::getName).toList());
      for (BenchRow row : result.rows()) {
        csv.writeRecord(Arrays.stream(columns).map(column -> field(column, row)).toList());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a string writer failed", e);
    }
    return text.toString();
  }

  private static String field(RecordComponent column, BenchRow row) {
    try {
      Object value = column.getAccessor().invoke(row);
      if (value instanceof List<?> list) {
        return list.stream().map(Object::toString).collect(Collectors.joining(";"));
      }
      return value == null ? "" : value.toString();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a record that cannot be read", e);
    }
  }
}

package org.msrnn.eval.report;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.IoReason;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.io.TextFile;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.report.page.HtmlPage;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.sweep.Metric;
import org.msrnn.eval.sweep.Sweep;
import org.msrnn.eval.sweep.TaskKinds;

/** The files beside a journal, made from it alone. */
public final class SweepReport {
  /** The journal's name in its folder. */
  public static final String JOURNAL = "journal.jsonl";

  private final Summary summary;

  /** The report of a journal's cells. */
  public SweepReport(List<CellRecord> cells) {
    this.summary = new Summary(cells);
  }

  /** The report of the journals in a folder, which may still grow. */
  public static SweepReport of(Path folder) {
    return new SweepReport(cells(folder));
  }

  /** The cells of the journals in a folder, which may still grow. */
  public static List<CellRecord> cells(Path folder) {
    return Sweep.merged(journals(folder).stream().map(Journal::read).toList());
  }

  /** What it says. */
  public Summary summary() {
    return summary;
  }

  /** The journal of one of several processes that share a sweep, from 0. */
  public static String journal(int shard, int shards) {
    return shards == 1 ? JOURNAL : "journal-" + (shard + 1) + "-of-" + shards + ".jsonl";
  }

  /** The journals in a folder by name; that of one process where there is none. */
  public static List<Path> journals(Path folder) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "journal*.jsonl")) {
      files.forEach(found::add);
    } catch (IOException e) {
      throw new MsrnnException("cannot read the folder " + folder + ": " + IoReason.of(e), e);
    }
    found.sort(Comparator.comparing(Path::toString));
    return found.isEmpty() ? List.of(folder.resolve(JOURNAL)) : found;
  }

  /**
   * Writes a folder's files anew from its journals. One process does so at a time, or one that read
   * the journals earlier could write its report later.
   *
   * @return the report
   * @throws MsrnnException if a journal cannot be read, or a file cannot be written
   */
  public static SweepReport write(Path folder) {
    if (Files.notExists(journals(folder).getFirst())) {
      return of(folder); // says that there is none, and leaves no lock file behind
    }
    Path lock = folder.resolve("report.lock");
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      SweepReport report = of(folder);
      report.writeFiles(folder);
      return report;
    } catch (IOException e) {
      throw new MsrnnException("cannot write a report to " + folder + ": " + IoReason.of(e), e);
    }
  }

  private void writeFiles(Path folder) throws IOException {
    TextFile.replace(folder.resolve("results.csv"), ResultsCsv.of(summary.cells()));
    TextFile.replace(folder.resolve("results.jsonl"), ResultsJsonl.of(summary.cells()));
    TextFile.replace(folder.resolve("results.json"), Json.pretty(json()) + "\n");
    for (var file : LmEvalFiles.of(summary.cells()).entrySet()) {
      LmEvalFiles.Name name = file.getKey();
      Path model = Files.createDirectories(folder.resolve("lm-eval").resolve(name.model()));
      TextFile.replace(model.resolve(name.file()), Json.pretty(file.getValue()) + "\n");
    }
    TextFile.replace(folder.resolve("summary.md"), SummaryMarkdown.of(summary));
    TextFile.replace(folder.resolve("report.html"), HtmlPage.of(summary));
    QuestionFiles.write(folder, summary.cells());
  }

  /** What {@code results.json} and {@code --json} hold. */
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("settings", summary.settings());
    json.put("summary", summary.rows());
    json.put("cells", summary.cells().stream().filter(c -> !c.kind().metrics().isEmpty()).toList());
    return json;
  }

  /** Cells whose last run failed. */
  public long failed() {
    return summary.cells().stream().filter(c -> !c.done()).count();
  }

  /** One table a task, and one of the memory held: policies down, state sizes across. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (Summary.Section section : summary.sections()) {
      Metric main = section.main();
      text.append(section.measure()).append(" by state size\n\n");
      text.append(table(section.rows(), rows -> cell(main, rows.getFirst()))).append('\n');
    }
    text.append("keys and values held by the largest state, by state size\n\n");
    text.append(
        table(
            summary.rows(),
            rows ->
                Numbers.bytes(rows.stream().mapToLong(r -> r.figures().bytes()).max().orElse(0))));
    text.append(EfficiencyTable.of(summary.results(TaskKinds.EFFICIENCY)));
    return text.toString();
  }

  private static TextTable table(
      List<Summary.Row> rows, Function<List<Summary.Row>, String> content) {
    List<@Nullable Integer> states = new ArrayList<>(Summary.states(rows));
    List<String> head = new ArrayList<>(List.of("policy"));
    states.forEach(k -> head.add(String.valueOf(k)));
    head.add("unbounded");
    states.add(null);
    TextTable table = new TextTable(head.toArray(String[]::new));
    for (String policy : rows.stream().map(Summary.Row::policy).distinct().toList()) {
      List<String> cells = new ArrayList<>(List.of(policy));
      for (Integer k : states) {
        List<Summary.Row> found = rows.stream().filter(r -> r.isOf(policy, k)).toList();
        cells.add(found.isEmpty() ? "" : content.apply(found));
      }
      table.add(cells);
    }
    return table;
  }

  private static String cell(Metric metric, Summary.Row row) {
    String value = Numbers.fixed(row.value(metric), metric.decimals());
    return row.failed() == 0 ? value : value + " (" + row.failed() + " failed)";
  }
}

package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.report.Numbers;

class SweepCommandTest {
  private static final int CELLS = 5 + (1 + 5) + 2 * 5;

  @TempDir static Path folder;

  /** One uninterrupted sweep, that the tests look at or copy. */
  private static Path whole;

  private static Cli first;

  @BeforeAll
  static void sweepOnce() {
    whole = folder.resolve("whole");
    first = sweep(whole);
  }

  /**
   * Two bounded policies at two states and the topline; a text, two items, two maps. On the plain
   * backend, whose figures are the same to the last bit in every run.
   */
  private static Cli sweep(Path out, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "sweep",
                "--policies",
                "full,window+4,tova:granularity=kv-head,sinks=2",
                "--states",
                "8,1/128",
                "--limit",
                "40",
                "--items",
                "2",
                "--length",
                "190",
                "--max-new",
                "3",
                "--backend",
                "plain",
                "--out",
                out.toString()));
    args.addAll(List.of(more));
    args.addAll(List.of("--follow", "40"));
    return Cli.run(args.toArray(String[]::new));
  }

  /** A folder with the first bytes of the whole sweep's journal, or all of them. */
  private static Path copy(String name, int bytes) throws IOException {
    Path out = Files.createDirectory(folder.resolve(name));
    byte[] journal = Files.readAllBytes(whole.resolve("journal.jsonl"));
    Files.write(
        out.resolve("journal.jsonl"), Arrays.copyOf(journal, Math.min(bytes, journal.length)));
    return out;
  }

  private static List<Map<String, String>> csv(Path out) throws IOException {
    List<Map<String, String>> lines = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(out.resolve("results.csv"))) {
      csv.forEach(record -> lines.add(new LinkedHashMap<>(record.getFieldsAsMap())));
    }
    lines.forEach(line -> line.remove("seconds"));
    return lines;
  }

  @Test
  void gridIsWholeAndUnboundedRunsOnce() throws IOException {
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.out())
        .contains("policy", "unbounded", "window+4", "tova:granularity=kv-head,sinks=2");
    assertThat(Journal.read(whole.resolve("journal.jsonl"))).hasSize(CELLS);
    List<Map<String, String>> lines = csv(whole);
    assertThat(lines).as("all but the text").hasSize(CELLS - 1);
    assertThat(lines.stream().filter(l -> "full".equals(l.get("policy"))))
        .hasSize(4)
        .allSatisfy(l -> assertThat(l.get("state")).isEmpty());
    assertThat(lines)
        .allSatisfy(
            l -> {
              assertThat(l.get("status")).isEqualTo("done");
              for (String field :
                  List.of(
                      "modelDigest",
                      "regime",
                      "positions",
                      "granularity",
                      "storage",
                      "backend",
                      "seed",
                      "version")) {
                assertThat(l.get(field)).as(field).isNotEmpty();
              }
            });
  }

  /** Interrupted at several places, with half a record at the end: the same results in the end. */
  @Test
  void resumedRunEqualsAnUninterruptedOne() throws IOException {
    int length = (int) Files.size(whole.resolve("journal.jsonl"));
    for (int kept : new int[] {0, length / 2, length - 7}) {
      Path out = copy("cut-" + kept, kept);
      Cli cli = sweep(out);

      assertThat(cli.code()).as(cli.err()).isZero();
      assertThat(csv(out)).as("cut at %d", kept).isEqualTo(csv(whole));
      assertThat(Journal.read(out.resolve("journal.jsonl"))).hasSize(CELLS);
    }
  }

  @Test
  void finishedSweepComputesNothing() throws IOException {
    Path out = copy("finished", Integer.MAX_VALUE);
    Cli again = sweep(out);

    assertThat(again.err()).contains("0 of 21 cells computed, 21 were there");
    assertThat(out.resolve("journal.jsonl")).hasSameBinaryContentAs(whole.resolve("journal.jsonl"));
  }

  @Test
  void damageIsAnErrorAndRepairComputesItAnew() throws IOException {
    Path out = copy("damaged", Integer.MAX_VALUE);
    byte[] journal = Files.readAllBytes(out.resolve("journal.jsonl"));
    journal[journal.length / 2] ^= 1;
    Files.write(out.resolve("journal.jsonl"), journal);

    Cli refused = sweep(out);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("journal.jsonl, byte ").contains("--repair");
    assertThat(sweep(out, "--repair").code()).isZero();
    assertThat(csv(out)).containsExactlyInAnyOrderElementsOf(csv(whole));
  }

  @Test
  void reportIsAFunctionOfTheJournal() throws IOException {
    Path out = copy("copy", Integer.MAX_VALUE);
    Cli cli = Cli.run("report", out.toString());

    assertThat(cli.code()).as(cli.err()).isZero();
    for (String name : List.of("results.csv", "results.json", "report.html", "summary.md")) {
      assertThat(out.resolve(name)).hasSameTextualContentAs(whole.resolve(name));
    }
    assertThat(Cli.run("report", out.toString(), "--json").json())
        .containsKeys("settings", "summary", "cells");
  }

  @Test
  void summaryPutsQualityBesideTheMemoryThatItTook() throws IOException {
    int token = 6 * 2 * 3 * 32 * 4; // layers, keys and values, heads, head size, F32
    String summary = Files.readString(whole.resolve("summary.md"));
    String[] parts = summary.split("\n## ", -1);

    assertThat(parts[1]).startsWith("k = 8\n").contains("\n| `full` | ");
    assertThat(parts[1])
        .containsPattern("\\| `window\\+4` \\| [0-9.]+ \\| [0-9.]+ \\| [0-9.]+ \\| ");
    assertThat(parts[1]).contains(" | 8 | " + Numbers.bytes(8L * token) + " | ");
    assertThat(parts[2]).startsWith("k = 16\n").contains(Numbers.bytes(16L * token));
    assertThat(parts[3]).startsWith("Settings\n").contains("| regime | stepwise |");
    assertThat(first.out())
        .contains("keys and values held by the largest state")
        .contains(Numbers.bytes(16L * token));
    assertThat(Files.readString(whole.resolve("results.csv"))).contains("stateBytes,reservedBytes");
  }

  @Test
  void wrappedPoliciesKeepTheirNamesThroughJournalTablesAndPage() throws IOException {
    Path out = folder.resolve("wrapped");
    String[] args = {
      "sweep",
      "--policies",
      "sinks:2(window),tova:keep-newest+sinks:3,h2o",
      "--states",
      "8",
      "--tasks",
      "perplexity,retention",
      "--limit",
      "30",
      "--follow",
      "20",
      "--backend",
      "plain",
      "--out",
      out.toString()
    };
    Cli cli = Cli.run(args);

    assertThat(cli.code()).as(cli.err()).isZero();
    assertThat(cli.out()).contains("window+sinks:2").contains("tova:keep-newest+sinks:3");
    assertThat(Files.readString(out.resolve("results.csv"))).contains(",window+sinks:2,8,done,");
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("\"policy\":\"window+sinks:2\"");
    assertThat(Cli.run(args).err()).contains("0 of 7 cells computed, 7 were there");
  }

  @Test
  void pageHoldsAllItNeedsAndAllThatMatters() throws IOException {
    String page = Files.readString(whole.resolve("report.html"));
    String ours = page.replaceAll("(?s)<script>.*?</script>", "");

    assertThat(page).contains("echarts").endsWith("</html>\n");
    assertThat(ours).doesNotContain("src=").doesNotContain("http:").doesNotContain("https:");
    assertThat(ours)
        .contains(
            "Perplexity",
            "Retrieval, RULER format",
            "What is kept",
            "Life by part of speech",
            "Reader's view",
            "Settings",
            "model digest (SHA-256)",
            "regime",
            "positions",
            "granularity",
            "KV storage",
            "backend",
            "seed",
            "code version",
            "tova:granularity=kv-head,sinks=2",
            "does not retrieve yet");
    assertThat(page.split("</script", -1)).as("no script ends early").hasSize(1 + 3);
    Matcher data = Pattern.compile("(?s)id=\"data\">(.*?)</script>").matcher(page);
    assertThat(data.find()).isTrue();
    Map<?, ?> json = Json.read(data.group(1), Map.class);
    assertThat(json.keySet()).map(Object::toString).contains("perplexity", "retrieval");
    assertThat(ours).contains("\"policy\":\"window+4\"");
  }

  @Test
  void namesThatLookLikeMarkupStayText() throws IOException {
    Path text = folder.resolve("<b>&\"x\".txt");
    Files.writeString(text, "</script><script>alert(1)</script> A night of rain and of wind.");
    Path out = folder.resolve("markup");
    Cli cli =
        Cli.run(
            "sweep",
            "--text",
            text.toString(),
            "--policies",
            "full",
            "--tasks",
            "perplexity",
            "--out",
            out.toString());

    assertThat(cli.code()).as(cli.err()).isZero();
    String page = Files.readString(out.resolve("report.html"));
    assertThat(page).contains("&lt;b&gt;&amp;&quot;x&quot;.txt").doesNotContain("<b>&\"x\"");
  }

  @Test
  void otherSettingsGoBesideTheFirst() throws IOException {
    Path out = folder.resolve("beside");
    String[] small = {"--tasks", "perplexity"};
    sweep(out, small);
    Cli cli = sweep(out, "--tasks", "perplexity", "--positions", "in-cache");

    assertThat(cli.code()).as(cli.err()).isZero();
    assertThat(csv(out)).hasSize(10);
    assertThat(cli.out()).contains("window+4, positions original", "window+4, positions in-cache");
  }
}

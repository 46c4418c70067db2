package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.eval.report.Regrets;
import org.msrnn.eval.report.Summary;
import org.msrnn.eval.report.SweepReport;
import org.msrnn.eval.retention.RetentionFigures;
import org.msrnn.eval.retention.TextFigures;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.sweep.TaskKinds;

class RetentionCommandTest {
  @TempDir static Path folder;

  private static Cli first;
  private static Summary summary;

  private static Cli retention(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "retention",
                "--policies",
                "full,tova,random,clairvoyant,window",
                "--states",
                "16,48",
                "--tokens",
                "200",
                "--npz",
                "--out",
                folder.toString()));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(String[]::new));
  }

  @BeforeAll
  static void recordOnce() {
    first = retention();
    summary = SweepReport.of(folder).summary();
  }

  private static RetentionFigures figures(String policy, int state) {
    return summary.results(TaskKinds.RETENTION).stream()
        .filter(c -> c.cell().settings().policy().equals(policy))
        .filter(c -> Integer.valueOf(state).equals(c.cell().settings().state()))
        .map(CellRecord::result)
        .map(RetentionFigures.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void tablesShowWhatIsKeptByLayerAndPartOfSpeech() {
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.out())
        .contains("retention: attention lost", "by layer", "by part of speech")
        .containsPattern("(?m)^tova 16 +0\\.\\d{4} +0\\.\\d\\d +15 +16\\.0 +0\\.\\d{3} ")
        .containsPattern("(?m)^random 48 +0\\.\\d{4} +1\\.00 ")
        .containsPattern("(?m)^clairvoyant 48 +0\\.\\d{4} +0\\.00 ")
        .containsPattern("(?m)^full +0\\.0000 ")
        .containsPattern("(?m)^NN +\\d+ ")
        .containsPattern("(?m)^DT +\\d+ ");
  }

  @Test
  void theTextIsThereOnceWithATagAToken() {
    List<CellRecord> texts = summary.results(TaskKinds.TEXT);
    assertThat(texts).hasSize(1);
    assertThat(texts.getFirst().result())
        .isInstanceOfSatisfying(
            TextFigures.class,
            text -> {
              assertThat(text.pieces()).hasSize(200);
              assertThat(text.tags()).hasSize(200).contains("NN", "DT");
            });
  }

  @Test
  void figuresReadFromTheJournalAreThoseOfTheRun() {
    RetentionFigures window = figures("window", 16);
    for (var set : window.retention().sets()) {
      int[] keptUntil = set.keptUntil(200);
      for (int p = 0; p < 200; p++) {
        assertThat(keptUntil[p]).isEqualTo(Math.min(200, p + 16));
      }
    }
    assertThat(window.lifetimes().recent()).isEqualTo(1);
    assertThat(window.state().peakStates()).isEqualTo(16);
    assertThat(figures("clairvoyant", 16).leastLoss()).isPositive();
    assertThat(window.leastLoss()).isNull();
  }

  @Test
  void regretIsBetweenHindsightAndChanceAtTheSameState() {
    Summary.Section section = summary.sections().getFirst();
    assertThat(section.kind()).isEqualTo(TaskKinds.RETENTION);
    var regrets = Regrets.of(section);

    assertThat(regrets).hasSize(8); // four bounded policies at two states
    assertThat(regrets)
        .filteredOn(row -> row.policy().equals("tova"))
        .allSatisfy(row -> assertThat(row.regret()).isBetween(0.0, 1.0));
    assertThat(regrets)
        .filteredOn(row -> row.policy().equals("random"))
        .allSatisfy(row -> assertThat(row.regret()).isEqualTo(1));
  }

  /** Nine cells, each with a file; the second run computes nothing and writes the same files. */
  @Test
  void theSameCommandGoesOn() throws IOException {
    byte[] before = Files.readAllBytes(npz().getFirst());
    Cli again = retention();

    assertThat(again.code()).isZero();
    assertThat(again.err()).contains("0 of 10 cells computed");
    assertThat(npz()).hasSize(9);
    assertThat(Files.readAllBytes(npz().getFirst())).isEqualTo(before);
  }

  private static List<Path> npz() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(".npz")).sorted().toList();
    }
  }

  @Test
  void hindsightHasAPerplexity() {
    Path out = folder.resolve("sweep");
    Cli sweep =
        Cli.run(
            "sweep",
            "--policies",
            "full,random,clairvoyant",
            "--states",
            "16",
            "--limit",
            "60",
            "--chunk",
            "32",
            "--tasks",
            "perplexity",
            "--out",
            out.toString());
    assertThat(sweep.code()).as(sweep.err()).isZero();
    assertThat(sweep.out()).containsPattern("(?m)^clairvoyant +\\d+\\.\\d{3}");
    assertThat(Regrets.of(SweepReport.of(out).summary().sections().getFirst())).hasSize(2);
  }

  @Test
  void aCountOfTokensBelowZeroIsRefused() {
    Cli refused = Cli.run("retention", "--tokens", "-1", "--out", folder.toString());
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("tokens is -1, allowed is 1 or more");
  }
}

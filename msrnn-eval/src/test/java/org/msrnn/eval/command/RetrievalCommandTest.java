package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.sweep.Sweep;
import org.msrnn.eval.task.RetrievalFigures;

/** Retrieval items from the command line to the journal, with the bundled model's tokenizer. */
class RetrievalCommandTest {
  @TempDir Path folder;

  private List<CellRecord> sweep(String... more) {
    Path out = folder.resolve("out");
    List<String> args =
        new ArrayList<>(
            List.of("sweep", "--tasks", "retrieval", "--states", "16", "--max-new", "2", "--out"));
    args.add(out.toString());
    args.addAll(List.of(more));
    Cli cli = Cli.run(args.toArray(String[]::new));
    assertThat(cli.code()).as(cli.err()).isZero();
    return Sweep.records(Journal.read(out.resolve("journal.jsonl")));
  }

  private static RetrievalFigures figures(CellRecord cell) {
    return RetrievalFigures.class.cast(Objects.requireNonNull(cell.result()));
  }

  @Test
  void everyKindRunsAndFillsItsLength() throws IOException {
    Path saved = folder.resolve("saved");
    List<CellRecord> cells =
        sweep(
            "--policies",
            "window",
            "--kinds",
            "all",
            "--items",
            "13",
            "--length",
            "1501",
            "--save-items",
            saved.toString());

    assertThat(cells).hasSize(13);
    for (CellRecord cell : cells) {
      RetrievalFigures figures = figures(cell);
      assertThat(figures.promptTokens() + 2)
          .as(cell.cell().item())
          .isLessThanOrEqualTo(1501)
          .isGreaterThan(1501 - 200);
      assertThat(figures.length()).isEqualTo(1501);
      assertThat(cell.cell().task()).isEqualTo("retrieval");
      assertThat(cell.cell().options())
          .isEqualTo(Map.of("length", "1501", "match", "all", "max-new-tokens", "2"));
    }
    try (Stream<Path> files = Files.walk(saved)) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(13);
    }
  }

  @Test
  void savedItemsAreTheSameItemsWhenTheyAreRead() {
    Path saved = folder.resolve("saved");
    List<CellRecord> made =
        sweep(
            "--policies",
            "window",
            "--kinds",
            "vt,passkey",
            "--items",
            "4",
            "--length",
            "700",
            "--save-items",
            saved.toString());
    List<CellRecord> all =
        sweep(
            "--policies",
            "window",
            "--items",
            "1",
            "--ruler",
            saved.resolve("vt/validation.jsonl").toString());

    assertThat(made).hasSize(4);
    assertThat(all).hasSize(5);
    assertThat(all.getLast().cell().item()).isEqualTo("vt/validation.jsonl:1");
    assertThat(all.getLast().cell().itemDigest()).isEqualTo(made.getFirst().cell().itemDigest());
    assertThat(all.getLast().result()).isEqualTo(made.getFirst().result());
  }

  @Test
  void needleMapIsATaskOfItsOwnAndTheBaselineHasTheLastTokens() {
    List<CellRecord> cells =
        sweep(
            "--policies",
            "tova,baseline",
            "--needle-lengths",
            "300,421",
            "--needle-depths",
            "3",
            "--needle",
            "The bell was cast in May.",
            "--needle-question",
            "When was the bell cast?",
            "--needle-answer",
            "May");

    assertThat(cells).hasSize(2 * 3 * 2);
    assertThat(cells.stream().map(cell -> cell.cell().task()).distinct())
        .containsExactly("needle-map");
    assertThat(cells.stream().map(cell -> figures(cell).depth()).distinct())
        .containsExactly(0.0, 0.5, 1.0);
    assertThat(cells.stream().map(cell -> figures(cell).length()).distinct())
        .containsExactly(300, 421);
    for (CellRecord cell : cells) {
      if (cell.cell().settings().policy().equals("baseline")) {
        assertThat(figures(cell).promptTokens()).isEqualTo(16);
        assertThat(figures(cell).state().evictions()).isZero();
      } else {
        assertThat(figures(cell).promptTokens())
            .isBetween(figures(cell).length() - 100L, figures(cell).length() - 2L);
        assertThat(figures(cell).state().peakStates()).isEqualTo(16);
      }
    }
  }
}

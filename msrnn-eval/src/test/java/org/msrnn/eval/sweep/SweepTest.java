package org.msrnn.eval.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.task.RetrievalFigures;
import org.msrnn.eval.task.SampleSettings;
import org.msrnn.eval.task.Settings;
import org.msrnn.eval.task.StateFigures;

class SweepTest {
  private static final int ATTEMPTS = 3;

  @TempDir Path folder;
  private Path file;
  private final List<String> ran = new ArrayList<>();

  @BeforeEach
  void place() {
    file = folder.resolve("journal.jsonl");
  }

  private static CellId id(String item, long seed) {
    Settings settings = SampleSettings.of("model", "tova", 8, "original", seed);
    return new CellId("retrieval", item, "digest of " + item, new TreeMap<>(), settings);
  }

  private Cell cell(String item, Supplier<Double> score) {
    CellId id = id(item, 0);
    return new Cell(
        id,
        watch -> {
          ran.add(item);
          return figures(score.get());
        });
  }

  private static RetrievalFigures figures(double score) {
    return new RetrievalFigures(
        "kind", 512, 0.25, score, "p", List.of("a"), 1, 1, new StateFigures(1, 1, 1, 0));
  }

  private Sweep.Outcome run(Cell... cells) {
    ran.clear();
    try (Journal journal = Journal.open(file)) {
      return new Sweep(List.of(cells), ATTEMPTS).run(journal, (done, all, next) -> {});
    }
  }

  private List<CellRecord> records() {
    return Sweep.records(Journal.read(file));
  }

  @Test
  void failedCellIsARecordAndIsTriedAgain() {
    Cell good = cell("good", () -> 1.0);
    Cell bad =
        cell(
            "bad",
            () -> {
              throw new MsrnnException("not today");
            });
    Cell last = cell("last", () -> 0.5);

    assertThat(run(good, bad, last)).isEqualTo(new Sweep.Outcome(3, 3, 1, 0));
    assertThat(records()).extracting(CellRecord::status).containsExactly("done", "failed", "done");
    assertThat(records().get(1).error()).isEqualTo("not today");
    assertThat(run(good, bad, last)).isEqualTo(new Sweep.Outcome(3, 1, 1, 0));
    assertThat(ran).containsExactly("bad");
    assertThat(run(good, cell("bad", () -> 0.25), last)).isEqualTo(new Sweep.Outcome(3, 1, 0, 0));
    assertThat(records()).extracting(CellRecord::status).containsOnly("done");
    assertThat(records())
        .as("the place of its first record")
        .extracting(r -> r.cell().item())
        .containsExactly("good", "bad", "last");
  }

  @Test
  void cellThatFailsAgainAndAgainIsLeftAlone() {
    Cell bad =
        cell(
            "bad",
            () -> {
              throw new MsrnnException("never");
            });

    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      assertThat(run(bad)).isEqualTo(new Sweep.Outcome(1, 1, 1, 0));
    }
    assertThat(run(bad)).isEqualTo(new Sweep.Outcome(1, 0, 0, 1));
    assertThat(ran).isEmpty();
    assertThat(records()).extracting(CellRecord::error).containsExactly("never");
  }

  @Test
  void shardsShareTheCellsAndKeepSharedWorkTogether() {
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      cells.add(new Cell(id("item " + i, 0), "document " + i / 3, watch -> figures(0)));
    }
    Sweep sweep = new Sweep(cells, 1);
    List<Cell> all = new ArrayList<>();
    for (int shard = 0; shard < 3; shard++) {
      Sweep own = sweep.shard(shard, 3);
      for (Cell cell : own.cells()) {
        assertThat(cells.stream().filter(c -> c.share().equals(cell.share())))
            .isSubsetOf(own.cells());
      }
      all.addAll(own.cells());
    }

    assertThat(all).containsExactlyInAnyOrderElementsOf(cells);
    assertThat(sweep.shard(0, 1).cells()).isEqualTo(cells);
  }

  @Test
  void failureThatWasNotForeseenCostsItsCellAlone() {
    Cell odd =
        cell(
            "odd",
            () -> {
              throw new IllegalStateException("a plug-in's own");
            });

    assertThat(run(odd, cell("next", () -> 1.0)).failed()).isEqualTo(1);
    assertThat(records().getFirst().error()).contains("a plug-in's own");
  }

  @Test
  void whatRanBeforeACrashIsNotRunAgain() {
    Cell first = cell("first", () -> 1.0);
    Cell crash =
        cell(
            "crash",
            () -> {
              throw new StackOverflowError("an error is not a failed cell");
            });

    assertThatThrownBy(() -> run(first, crash)).isInstanceOf(StackOverflowError.class);
    assertThat(run(first, cell("crash", () -> 0.0))).isEqualTo(new Sweep.Outcome(2, 1, 0, 0));
    assertThat(ran).containsExactly("crash");
  }

  /** Whatever of the last two records is lost is computed again, and nothing else. */
  @Test
  void journalCutAtAnyByteOfItsLastRecordsIsResumed() throws IOException {
    Cell[] cells = {cell("a", () -> 1.0), cell("b", () -> 0.5), cell("c", () -> 0.25)};
    run(cells);
    byte[] whole = Files.readAllBytes(file);
    List<Object> expected = results();
    int first = new String(whole, StandardCharsets.UTF_8).indexOf('\n') + 1;
    int second = new String(whole, StandardCharsets.UTF_8).indexOf('\n', first) + 1;
    for (int length = first; length < whole.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));

      assertThat(run(cells).computed()).as("cut at %d", length).isEqualTo(length < second ? 2 : 1);
      assertThat(results()).as("cut at %d", length).isEqualTo(expected);
      assertThat(Journal.read(file)).hasSize(3);
    }
  }

  private List<Object> results() {
    return records().stream()
        .map(r -> (Object) List.of(r.key(), r.status(), r.cell(), r.result(), r.place()))
        .toList();
  }

  @Test
  void shareOfARunFollowsWhatSuchCellsTook() {
    List<String> told = new ArrayList<>();
    Cell half =
        new Cell(
            id("half", 0),
            watch -> {
              watch.update(5, 10, () -> "3.25");
              watch.update(20, 10, () -> "");
              return figures(0);
            });
    try (Journal journal = Journal.open(file)) {
      new Sweep(List.of(half, cell("next", () -> 1.0)), ATTEMPTS)
          .run(journal, (done, all, now) -> told.add(done + " of " + all + " " + now.get()));
    }

    assertThat(told.subList(0, 3))
        .containsExactly(
            "0.0 of 2 1/2 retrieval tova 8 half",
            "0.5 of 2 1/2 retrieval tova 8 half: 3.25",
            "1.0 of 2 1/2 retrieval tova 8 half");
    assertThat(told.getLast()).isEqualTo("2.0 of 2 ");
  }

  @Test
  void whatAnotherJournalHoldsIsNotComputed() {
    run(cell("a", () -> 1.0));
    List<String> elsewhere = Journal.read(file);
    Cell again = cell("a", () -> 1.0);
    Cell bad =
        cell(
            "bad",
            () -> {
              throw new MsrnnException("not today");
            });
    ran.clear();
    try (Journal journal = Journal.open(folder.resolve("other.jsonl"))) {
      Sweep.Outcome outcome =
          new Sweep(List.of(again, bad), ATTEMPTS).run(journal, elsewhere, (d, n, s) -> {});

      assertThat(outcome).isEqualTo(new Sweep.Outcome(2, 1, 1, 0));
      assertThat(ran).containsExactly("bad");
    }
  }

  @Test
  void journalsOfShardsComeTogetherInTheOrderOfTheGrid() {
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      cells.add(cell("item " + i, () -> 0.0));
    }
    List<List<String>> journals = new ArrayList<>();
    for (int shard = 0; shard < 3; shard++) {
      try (Journal journal = Journal.open(folder.resolve(shard + ".jsonl"))) {
        new Sweep(cells, ATTEMPTS).shard(shard, 3).run(journal, (d, n, s) -> {});
        journals.add(journal.records());
      }
    }

    assertThat(Sweep.merged(journals))
        .extracting(r -> r.cell().item())
        .isEqualTo(cells.stream().map(c -> c.id().item()).toList());
  }

  @Test
  void recordsComeBackAsTheyWere() {
    run(cell("one", () -> 1 / 3.0));
    CellRecord record = records().getFirst();

    assertThat(record.cell()).isEqualTo(id("one", 0));
    assertThat(record.key()).isEqualTo(id("one", 0).key());
    assertThat(record.result()).isEqualTo(figures(1 / 3.0));
  }

  @Test
  void recordsOfAnotherVersionAreNeverTakenForFailures() {
    run(cell("one", () -> 1.0));
    String record = Journal.read(file).getFirst();

    for (String other :
        List.of(
            record.replace("\"task\":\"retrieval\"", "\"task\":\"of tomorrow\""),
            record.replace("\"result\":", "\"outcome\":"),
            "{}",
            "[]")) {
      assertThat(other).isNotEqualTo(record);
      assertThatThrownBy(() -> Sweep.records(List.of(other)))
          .isInstanceOf(MsrnnException.class)
          .hasMessageContaining("another version of msrnn");
    }
  }

  @Test
  void anyOtherSettingIsAnotherCell() {
    assertThat(id("a", 0).key()).isEqualTo(id("a", 0).key()).matches("[0-9a-f]{64}");
    assertThat(id("a", 1).key()).isNotEqualTo(id("a", 0).key());
    assertThat(id("b", 0).key()).isNotEqualTo(id("a", 0).key());
  }
}

package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepShardTest {
  @TempDir static Path folder;
  private static Path whole;

  @BeforeAll
  static void sweepOnce() throws Exception {
    whole = folder.resolve("whole");
    process(whole);
  }

  /** In a process of its own: in this one the tests' classes belong to the code's version. */
  private static String process(Path out, String... more) throws Exception {
    try (MsrnnProcess process = MsrnnProcess.start(TinySweep.args(out, more))) {
      assertThat(process.code()).as(process.messages()).isZero();
      return process.messages();
    }
  }

  private static Cli run(Path out, String... more) throws Exception {
    return Cli.run(TinySweep.args(out, more).toArray(String[]::new));
  }

  /** Three processes at once in one folder: the report is that of one process, apart from times. */
  @Test
  void shardsTogetherAreTheWholeSweep() throws Exception {
    Path out = folder.resolve("shards");
    List<MsrnnProcess> processes = new ArrayList<>();
    try {
      for (int shard = 1; shard <= 3; shard++) {
        List<String> args = TinySweep.args(out, "--shard", shard + "/3");
        processes.add(MsrnnProcess.start(args));
      }
      for (MsrnnProcess process : processes) {
        assertThat(process.code()).as(process.messages()).isZero();
      }
    } finally {
      for (MsrnnProcess process : processes) {
        process.close();
      }
    }

    assertThat(TinySweep.records(out)).hasSize(TinySweep.CELLS);
    assertThat(TinySweep.filesWithTimesOf(whole, out)).isEqualTo(TinySweep.files(whole));
    assertThat(Files.readAllLines(out.resolve("results.csv")))
        .as("the process that came last wrote the report of all")
        .hasSize(1 + TinySweep.CELLS);
  }

  @Test
  void whatOneShardHasDoneNoOtherDoesAgain() throws Exception {
    Path out = folder.resolve("one-of-two");
    String first = process(out, "--shard", "2/2");
    String rest = process(out);

    assertThat(first).contains("22 of 22 cells computed");
    assertThat(rest).contains("22 of 44 cells computed, 22 were there");
    assertThat(TinySweep.filesWithTimesOf(whole, out)).isEqualTo(TinySweep.files(whole));
  }

  @Test
  void limitAndSeedMakeOtherCells() throws Exception {
    Path out = folder.resolve("other");
    String[] one = {"--policies", "random", "--states", "3", "--tasks", "perplexity"};
    assertThat(run(out, one).err()).contains("2 of 2 cells computed");
    assertThat(run(out, concat(one, "--seed", "9")).err()).contains("2 of 2 cells computed");
    assertThat(run(out, concat(one, "--limit", "6")).err()).contains("2 of 2 cells computed");
    assertThat(run(out, concat(one, "--seed", "9")).err()).contains("0 of 2 cells computed");

    String report = Files.readString(out.resolve("summary.md"));
    assertThat(report).contains("`random, seed 0, perplexity: limit 7`");
    assertThat(report).contains("`random, seed 9, perplexity: limit 7`");
    List<String> perplexities =
        TinySweep.records(out).stream()
            .filter(r -> r.contains("\"limit\":\"7\""))
            .map(r -> r.replaceAll(".*\"nll\":([0-9.]+),.*", "$1"))
            .toList();
    assertThat(perplexities).as("drawn otherwise").hasSize(4).doesNotHaveDuplicates();
  }

  private static String[] concat(String[] some, String... more) {
    List<String> all = new ArrayList<>(List.of(some));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }
}

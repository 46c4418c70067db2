package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.report.SweepReport;

/**
 * A sweep that is killed with SIGKILL at random moments, again and again, until it is finished.
 * More kills, and another seed: {@code -Dmsrnn.kills=200 -Dmsrnn.seed=7}.
 */
class SweepKillTest {
  private static final int KILLS = Integer.getInteger("msrnn.kills", 15);
  private static final long SEED = Long.getLong("msrnn.seed", 5);

  @TempDir Path folder;

  private final Random random = new Random(SEED);
  private int kills;
  private int killedAtWork;
  private int torn;

  @Test
  void killLosesAndDoublesNothingAndTheReportIsThatOfAnUninterruptedRun() throws Exception {
    Path whole = folder.resolve("whole");
    long start = System.nanoTime();
    finish(whole);
    long millis = (System.nanoTime() - start) / 1_000_000;
    List<String> records = recordsWithoutTimes(whole);
    assertThat(records).hasSize(TinySweep.CELLS).doesNotHaveDuplicates();

    int sweeps = 0;
    while (kills < KILLS) {
      Path out = folder.resolve("killed-" + sweeps++);
      killUntilFinished(out, millis);

      assertThat(recordsWithoutTimes(out)).as("seed %d, %s", SEED, out).isEqualTo(records);
      Map<String, String> files = TinySweep.files(out);
      assertThat(TinySweep.filesWithTimesOf(whole, out)).isEqualTo(TinySweep.files(whole));
      SweepReport.write(out);
      assertThat(files).as("what the last process wrote").isEqualTo(TinySweep.files(out));
    }
    System.out.printf(
        "seed %d: %d kills, %d of them between the first record and the last, %d torn records,"
            + " %d sweeps of %d cells%n",
        SEED, kills, killedAtWork, torn, sweeps, TinySweep.CELLS);
  }

  /** Once enough processes were killed, the last one runs to its end. */
  private void killUntilFinished(Path out, long millis) throws Exception {
    List<String> before = List.of();
    boolean finished = false;
    while (!finished && kills < KILLS) {
      try (MsrnnProcess process = MsrnnProcess.start(TinySweep.args(out))) {
        finished = process.process().waitFor(random.nextLong(millis), TimeUnit.MILLISECONDS);
        assertThat(!finished || process.code() == 0).as(process.messages()).isTrue();
      }
      if (!finished) {
        kills++;
        before = demandGrowth(out, before);
      }
    }
    finish(out);
  }

  /** What one process wrote is still there, and the next one wrote only what was not. */
  private List<String> demandGrowth(Path out, List<String> before) throws IOException {
    Path journal = out.resolve(SweepReport.JOURNAL);
    if (Files.notExists(journal)) {
      return before;
    }
    List<String> records = Journal.read(journal);
    assertThat(records)
        .as("seed %d, kill %d", SEED, kills)
        .hasSizeGreaterThanOrEqualTo(before.size());
    assertThat(records.subList(0, before.size())).isEqualTo(before);
    assertThat(recordsWithoutTimes(out)).doesNotHaveDuplicates();
    long bytes = Files.size(journal);
    torn += bytes > 0 && Files.readAllBytes(journal)[(int) bytes - 1] != '\n' ? 1 : 0;
    killedAtWork += records.size() > 0 && records.size() < TinySweep.CELLS ? 1 : 0;
    return records;
  }

  private static void finish(Path out) throws Exception {
    try (MsrnnProcess process = MsrnnProcess.start(TinySweep.args(out))) {
      assertThat(process.code()).as(process.messages()).isZero();
    }
  }

  private static List<String> recordsWithoutTimes(Path out) {
    return TinySweep.records(out).stream().map(TinySweep::withoutTimes).toList();
  }
}

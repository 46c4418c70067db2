package org.msrnn.eval.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillTest {
  private static final int KILLS = 8;

  @TempDir Path folder;

  /** After every kill -9: what was acknowledged is there, once, in order. */
  @Test
  void killLosesAndDoublesNothing() throws Exception {
    Path file = folder.resolve("journal.jsonl");
    long seed = Long.getLong("msrnn.seed", 11);
    Random random = new Random(seed);
    for (int kill = 0; kill < KILLS; kill++) {
      long acknowledged = killAfter(file, 1 + random.nextInt(60));
      List<String> records = Journal.read(file);

      assertThat((long) records.size())
          .as("seed %d, kill %d", seed, kill)
          .isGreaterThan(acknowledged);
      for (int i = 0; i < records.size(); i++) {
        assertThat(records.get(i))
            .as("seed %d, kill %d", seed, kill)
            .startsWith("{\"n\":" + i + ",");
      }
    }
  }

  private static long killAfter(Path file, int records) throws IOException, InterruptedException {
    Process process = OtherProcess.appends(file);
    long last = -1;
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      for (int i = 0; line != null; i++) {
        last = Long.parseLong(line);
        if (i == records) {
          process.toHandle().destroyForcibly(); // leaves the pipe to be read to its end
        }
        line = out.readLine();
      }
    }
    process.waitFor();
    return last;
  }
}

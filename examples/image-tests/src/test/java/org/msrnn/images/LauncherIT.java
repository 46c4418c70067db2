package org.msrnn.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the images start. */
class LauncherIT {
  @Test
  void theCommandRunsThroughASymlink(@TempDir Path folder) throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("msrnn"), Run.image().resolve("bin/msrnn"));

    Run help = Run.program(link, "--help");

    assertThat(help.code()).as(help.err()).isZero();
    assertThat(help.out()).contains("perplexity", "sweep", "policies");
  }

  @Test
  void wrongUsageIsExitCode2AndNothingOnStdout() throws Exception {
    Run run = Run.msrnn("no-such-command");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("no-such-command");
  }

  @Test
  void theAotCacheFitsTheImage() throws Exception {
    // With AOTMode=on the JVM refuses to start when it cannot use the cache.
    Run run =
        Run.program(
            Run.image().resolve("bin/java"),
            "-XX:AOTMode=on",
            "-XX:AOTCache=" + Run.image().resolve("lib/msrnn.aot"),
            "-m",
            "org.msrnn.eval/org.msrnn.eval.Main",
            "policies");

    assertThat(run.code()).as(run.err()).isZero();
  }

  @Test
  void theRuntimeOfExample04HasACommandOfItsOwn() throws Exception {
    Path bin = Path.of(System.getProperty("msrnn.example.runtime"), "bin");

    Run run = Run.program(bin.resolve("my-msrnn"));

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("tova").containsPattern("backends: .*cpu");
  }
}

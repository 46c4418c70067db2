package org.msrnn.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image that msrnn-eval links, run as a user runs it. */
class ImageIT {
  private static final Path MSRNN = Path.of(System.getProperty("msrnn.image"), "bin", "msrnn");
  private static final Path PLUGIN = Path.of(System.getProperty("msrnn.example.plugin"));

  @Test
  void runsThroughASymlink(@TempDir Path folder) throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("msrnn"), MSRNN);

    Run help = Run.of(link, "--help");

    assertThat(help.exit()).as(help.err()).isZero();
    assertThat(help.out()).contains("perplexity", "sweep", "policies");
  }

  @Test
  void holdsTheBuiltInPoliciesAndBackends() throws Exception {
    assertThat(Run.of(MSRNN, "policies").out()).contains("full", "h2o", "tova", "window");
    assertThat(Run.of(MSRNN, "backends").out()).contains("cpu", "plain");
  }

  @Test
  void generatesWithTheBundledModelAndABoundedState() throws Exception {
    Run run =
        Run.of(MSRNN, "generate", "-p", "Once", "-n", "8", "--policy", "tova", "--state", "16");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).isNotBlank();
  }

  @Test
  void saysWrongUsageOnStderrWithExitCode2() throws Exception {
    Run run = Run.of(MSRNN, "no-such-command");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("no-such-command");
  }

  @Test
  void startsFromItsAotCache() throws Exception {
    // With AOTMode=on the JVM refuses to start when the cache does not fit.
    Run run = Run.of(Map.of("MSRNN_JAVA_OPTS", "-XX:AOTMode=on"), MSRNN, "policies");

    assertThat(run.exit()).as(run.err()).isZero();
  }

  @Test
  void runsAPolicyFromAPluginFolder(@TempDir Path folder) throws Exception {
    Files.copy(PLUGIN, folder.resolve(PLUGIN.getFileName()));
    String plugins = folder.toString();

    assertThat(Run.of(MSRNN, "policies").out()).doesNotContain("key-norm");
    assertThat(Run.of(MSRNN, "--plugins", plugins, "policies").out())
        .contains("key-norm", "com.example.policy");
    Run run =
        Run.of(
            MSRNN,
            "--plugins",
            plugins,
            "generate",
            "-p",
            "Once",
            "-n",
            "8",
            "--policy",
            "key-norm",
            "--state",
            "16");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).isNotBlank();
  }

  @Test
  void goesOnWithoutABrokenPlugin(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("broken.jar"), "no jar at all");

    Run run = Run.of(MSRNN, "--plugins", folder.toString(), "policies");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).contains("tova", "broken.jar");
  }
}

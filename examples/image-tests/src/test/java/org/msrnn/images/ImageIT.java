package org.msrnn.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The images, run as a user runs them. */
class ImageIT {
  @TempDir Path folder;

  @Test
  void theImageFindsItsPoliciesAndBackends() throws Exception {
    Run policies = Run.msrnn("policies");
    assertThat(policies.code()).as(policies.err()).isZero();
    assertThat(policies.out()).contains("full", "h2o", "random", "tova", "window");
    Run backends = Run.msrnn("backends");
    assertThat(backends.code()).as(backends.err()).isZero();
    assertThat(backends.out()).contains("cpu", "plain");
  }

  @Test
  void theImageGeneratesWithTheBundledModel() throws Exception {
    Run run =
        Run.msrnn(
            "generate", "-p", "It was a cold evening", "-n", "24", "--state", "16", "--stats");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().strip().length()).isGreaterThan("It was a cold evening".length());
  }

  @Test
  void theImageRunsOnAnOpenClDevice() throws Exception {
    Run backends = Run.msrnn("backends");
    assertThat(backends.code()).as(backends.err()).isZero();
    boolean device = Pattern.compile("opencl:0 +yes").matcher(backends.out()).find();
    if (System.getenv("CI") == null) {
      assumeTrue(device, () -> "no OpenCL device: " + backends.out());
    }
    assertThat(device).as(backends.out()).isTrue();
    Run run =
        Run.msrnn(
            "generate", "--backend", "opencl:0", "-p", "It was a cold", "-n", "8", "--temp", "0");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().strip().length()).isGreaterThan("It was a cold".length());
    assertThat(run.err()).doesNotContain("restricted method", "Unsafe");
  }

  @Test
  void aBackendInAPluginIsChosenByItsName(@TempDir Path plugins) throws Exception {
    Path jar = Path.of(System.getProperty("msrnn.example.backend"));
    Files.copy(jar, plugins.resolve(jar.getFileName()));
    Run run =
        Run.msrnn(
            "generate",
            "--plugins",
            plugins.toString(),
            "--backend",
            "counting:of=plain",
            "-p",
            "It was a cold",
            "-n",
            "8");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).containsPattern("kernel +calls").containsPattern("attend +[0-9]+");
  }

  @Test
  void aPluginInTheImagesFolderIsFoundAndABrokenOneBesideItIsHarmless() throws Exception {
    Path plugins = Run.image().resolve("plugins");
    Path jar = plugins.resolve("custom-policy.jar");
    Path broken = plugins.resolve("broken.jar");
    Files.createDirectories(plugins);
    try {
      Files.copy(plugin(), jar, StandardCopyOption.REPLACE_EXISTING);
      Files.write(broken, new byte[] {'P', 'K', 3, 4, 9, 9});
      Run policies = Run.msrnn("policies");
      assertThat(policies.code()).as(policies.err()).isZero();
      assertThat(policies.out() + policies.err())
          .contains("key-norm", "com.example.policy", "custom-policy.jar", "broken.jar");
      assertSweepUses("key-norm");
    } finally {
      Files.deleteIfExists(jar);
      Files.deleteIfExists(broken);
    }
  }

  private void assertSweepUses(String policy) throws Exception {
    Path out = folder.resolve("sweep");
    Run sweep =
        Run.msrnn(
            "sweep",
            "--policies",
            "full,tova," + policy,
            "--states",
            "32",
            "--tasks",
            "perplexity",
            "--limit",
            "96",
            "--out",
            out.toString());
    assertThat(sweep.code()).as(sweep.err()).isZero();
    assertThat(sweep.out()).contains(policy);
    assertThat(Files.readString(out.resolve("results.csv"))).contains(policy);
    assertThat(out.resolve("report.html")).isRegularFile();
  }

  @Test
  void aPluginFolderCanBeNamed() throws Exception {
    Files.copy(plugin(), folder.resolve("any-name.jar"));
    Run run = Run.msrnn("policies", "--plugins", folder.toString(), "--json");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("key-norm", "com.example.policy", "any-name.jar");
  }

  private static Path plugin() {
    return Path.of(System.getProperty("msrnn.example.plugin"));
  }

  @Test
  void foreseenFailuresAreOneSentenceWithoutATrace() throws Exception {
    Run run = Run.msrnn("generate", "-m", folder.resolve("absent.gguf").toString(), "-p", "x");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("absent.gguf").doesNotContain("\tat ");
  }

  @Test
  void theRuntimeOfExample04HoldsNoEvaluation() throws IOException, InterruptedException {
    Path java = Path.of(System.getProperty("msrnn.example.runtime")).resolve("bin/java");
    Run modules = Run.program(java, "--list-modules");
    assertThat(modules.out())
        .contains("org.msrnn.core", "org.msrnn.policies", "org.msrnn.backend.cpu")
        .doesNotContain("org.msrnn.eval", "com.google.guice");
    Run run = Run.program(java, "-m", "org.msrnn.examples.runtime/org.msrnn.examples.runtime.Main");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("tova").contains("cpu");
  }
}

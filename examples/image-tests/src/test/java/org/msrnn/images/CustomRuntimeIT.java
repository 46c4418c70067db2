package org.msrnn.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The image of example 04: msrnn without msrnn-eval. */
class CustomRuntimeIT {
  private static final Path BIN = Path.of(System.getProperty("msrnn.example.runtime"), "bin");

  @Test
  void findsThePoliciesAndTheBackendThatItHolds() throws Exception {
    Run run = Run.of(BIN.resolve("my-msrnn"));

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).contains("tova").containsPattern("backends: .*cpu");
  }

  @Test
  void holdsNothingOfTheEvaluation() throws Exception {
    Run run = Run.of(BIN.resolve("java"), "--list-modules");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("org.msrnn.core", "org.msrnn.policies", "org.msrnn.backend.cpu")
        .doesNotContain("org.msrnn.eval", "guice", "picocli", "lwjgl");
  }
}

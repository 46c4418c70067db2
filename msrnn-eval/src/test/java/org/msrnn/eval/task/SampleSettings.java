package org.msrnn.eval.task;

import org.jspecify.annotations.Nullable;

/** Settings of results that no model gave. */
public final class SampleSettings {
  private SampleSettings() {}

  /** Of a policy and state size. */
  public static Settings of(String policy, @Nullable Integer state) {
    return of("sample-model", policy, state, "original", 0);
  }

  /** With what else tests tell apart. */
  public static Settings of(
      String model, String policy, @Nullable Integer state, String positions, long seed) {
    return new Settings(
        model,
        "ab".repeat(32),
        policy,
        null,
        state,
        "stepwise",
        positions,
        "uniform",
        "layer",
        "F32",
        "plain",
        seed,
        "test");
  }
}

package org.msrnn.eval.command;

import org.jspecify.annotations.Nullable;
import org.msrnn.eval.task.SpecText;
import picocli.CommandLine.Option;

/** What belongs to multi-states beside policy, size and position scheme. */
class SettingOptions {
  @Option(
      names = "--regime",
      paramLabel = "R",
      description = "How prompts are fed: stepwise, chunked:n or whole. Default: ${DEFAULT-VALUE}.")
  String regime = "stepwise";

  @Option(
      names = "--budgets",
      paramLabel = "B",
      description =
          "How k is spread over layers and heads (msrnn policies lists the planners). Default: the"
              + " policy's, uniform for most.")
  @Nullable String budgets;

  @Option(
      names = "--kv",
      paramLabel = "TYPE",
      description =
          "Number format of stored keys and values: f32, f16, bf16, q8_0. Default:"
              + " ${DEFAULT-VALUE}.")
  String storage = "f32";

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of everything that is drawn. Default: ${DEFAULT-VALUE}.")
  long seed = 0;

  SettingOptions() {}

  /** With a policy, its size and a position scheme; null for the policy's own. */
  final SpecText with(String policy, @Nullable String state, @Nullable String positions) {
    return new SpecText(policy, state, regime, positions, budgets, storage, seed);
  }
}

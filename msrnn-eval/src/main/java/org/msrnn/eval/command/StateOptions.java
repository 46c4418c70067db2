package org.msrnn.eval.command;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.task.SpecText;
import picocli.CommandLine.Option;

/** What belongs to a multi-state beside policy and size. */
final class StateOptions {
  @Option(
      names = "--regime",
      paramLabel = "R",
      description = "How prompts are fed: stepwise, chunked:n or whole. Default: ${DEFAULT-VALUE}.")
  String regime = "stepwise";

  @Option(
      names = "--positions",
      paramLabel = "S",
      description =
          "Position scheme: original, in-cache, compressed or relative (options as for policies)."
              + " Default: the policy's, original for most;"
              + " in-cache in chat.")
  @Nullable String positions;

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

  StateOptions() {}

  SpecText spec(String policy, @Nullable String state) {
    return spec(policy, state, null);
  }

  /** With a position scheme for where the user gave none. */
  SpecText spec(String policy, @Nullable String state, @Nullable String positionsOtherwise) {
    String scheme = positions == null ? positionsOtherwise : positions;
    return new SpecText(policy, state, regime, scheme, budgets, storage, seed);
  }

  /** Policy and size of a command that runs one. */
  static final class One {
    /** Policies that wrappers are shown around: the default one, and where heads must differ. */
    static final List<String> WRAPPED = List.of("tova", "tova:granularity=kv-head");

    @Option(
        names = "--policy",
        paramLabel = "P",
        description =
            "Which state leaves: full, window, window+4, h2o, tova, or name:option=value,..."
                + " (msrnn policies lists them). Default: tova where --state is given, else full.")
    @Nullable String policy;

    @Option(
        names = "--state",
        paramLabel = "K",
        description =
            "The most states that a layer keeps: a count, or a fraction of the model's context"
                + " such as 1/8.")
    @Nullable String state;

    One() {}

    /** The policy; a bound without a policy would bound nothing. */
    String policy() {
      if (policy != null) {
        return policy;
      }
      return state == null ? "full" : "tova";
    }
  }
}

package org.msrnn.eval.command;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.task.SpecText;
import picocli.CommandLine.Option;

/** What belongs to a multi-state beside policy and size. */
final class StateOptions extends SettingOptions {
  @Option(
      names = "--positions",
      paramLabel = "S",
      description =
          "Position scheme: original, in-cache, compressed or relative (options as for policies)."
              + " Default: the policy's, original for most;"
              + " in-cache in chat.")
  @Nullable String positions;

  StateOptions() {}

  SpecText spec(String policy, @Nullable String state) {
    return spec(policy, state, null);
  }

  /** With a position scheme for where the user gave none. */
  SpecText spec(String policy, @Nullable String state, @Nullable String positionsOtherwise) {
    return with(policy, state, positions == null ? positionsOtherwise : positions);
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

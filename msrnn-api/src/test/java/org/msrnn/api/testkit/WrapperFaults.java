package org.msrnn.api.testkit;

import static org.msrnn.api.testkit.Plants.BATCH;
import static org.msrnn.api.testkit.Plants.EARLIER;
import static org.msrnn.api.testkit.Plants.FORK;
import static org.msrnn.api.testkit.Plants.PROGRAM;
import static org.msrnn.api.testkit.Plants.UNDECLARED;
import static org.msrnn.api.testkit.Plants.UNKNOWN;
import static org.msrnn.api.testkit.Plants.VALUES;

import java.util.Map;
import java.util.function.BiFunction;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.api.policy.WrappedPolicy;

/** Wrong wrappers around a right policy. */
final class WrapperFaults {
  private WrapperFaults() {}

  static void into(Plants plants) {
    plants.plant(
        "a wrapper that turns scores round and keeps the program",
        around((policy, _) -> new Turned(policy)),
        PROGRAM);
    plants.plant(
        "a wrapper that does not read its option",
        right().wrapped(new Wrapper((policy, _) -> policy), Map.of("size", "3")),
        UNKNOWN);
    plants.plant(
        "a wrapper whose bad option ends in a number format exception",
        around(
            (policy, options) -> {
              Integer.parseInt(options.text("size", "1", "any text"));
              return policy;
            }),
        VALUES);
    plants.plant(
        "a wrapper that counts in a field",
        around((policy, _) -> new Counting(policy, new long[1])),
        EARLIER,
        BATCH,
        FORK);
    plants.plant(
        "a wrapper that forgets the column it adds",
        around((policy, _) -> new Added(policy)),
        UNDECLARED);
  }

  private static PolicyContract right() {
    return Plant.contract(Plant.policy(Plant.Sum::new));
  }

  private static PolicyContract around(BiFunction<EvictionPolicy, Options, EvictionPolicy> wrap) {
    return right().wrapped(new Wrapper(wrap), Map.of());
  }

  /** A wrapper of a test. */
  record Wrapper(BiFunction<EvictionPolicy, Options, EvictionPolicy> maker)
      implements PolicyWrapperProvider {
    @Override
    public String name() {
      return "wrapper";
    }

    @Override
    public String summary() {
      return "made for a test";
    }

    @Override
    public EvictionPolicy wrap(EvictionPolicy policy, Options options) {
      return maker.apply(policy, options);
    }
  }

  /** A right one: scores times a factor drop the same states. */
  record Scaled(EvictionPolicy policy, double factor) implements WrappedPolicy {
    @Override
    public String toString() {
      return policy + " times " + factor;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      policy.score(set, scores);
      for (int e = 0; e < set.size(); e++) {
        scores[e] *= factor;
      }
    }
  }

  private record Turned(EvictionPolicy policy) implements WrappedPolicy {
    @Override
    public void score(KvSet set, double[] scores) {
      policy.score(set, scores);
      for (int e = 0; e < set.size(); e++) {
        scores[e] = -scores[e];
      }
    }
  }

  private record Counting(EvictionPolicy policy, long[] calls) implements WrappedPolicy {
    @Override
    public String toString() {
      return "counting(" + policy + ")";
    }

    @Override
    public void score(KvSet set, double[] scores) {
      policy.score(set, scores);
      scores[(int) (calls[0]++ % set.size())] = -1;
    }
  }

  private record Added(EvictionPolicy policy) implements WrappedPolicy {
    @Override
    public void score(KvSet set, double[] scores) {
      policy.score(set, scores);
      set.column(policy.columns(set.shape()))[0] = scores[0];
    }
  }
}

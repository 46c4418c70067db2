package org.msrnn.api.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;

/** The policy under test, and the sequences that it is tried on. */
final class PolicySubject {
  private static final List<Integer> BUDGETS = List.of(1, 2, 8, 16, 64);

  /** Budgets up to this one are tried against the pins. */
  static final int MOST_WORKABLE = 4096;

  private final EvictionPolicyProvider provider;
  private final Map<String, String> options;
  private final int seeds;

  PolicySubject(EvictionPolicyProvider provider, Map<String, String> options, int seeds) {
    this.provider = provider;
    this.options = options;
    this.seeds = seeds;
  }

  EvictionPolicyProvider provider() {
    return provider;
  }

  Map<String, String> options() {
    return options;
  }

  /** A new instance. */
  EvictionPolicy create() {
    EvictionPolicy policy = provider.create(new Options("policy " + provider.name(), options));
    require(policy != null, "create returned null");
    return policy;
  }

  /** Whether the pins of a policy leave an entry to drop at a budget. */
  static boolean workable(EvictionPolicy policy, int budget) {
    Pins pins = policy.pins(budget);
    return (long) pins.first() + pins.last() < budget;
  }

  /** The smallest budget at which the policy can work, and those of 1, 2, 8, 16 and 64 above it. */
  List<Integer> budgets() {
    EvictionPolicy policy = create();
    int least = 1;
    while (!workable(policy, least)) {
      if (++least > MOST_WORKABLE) {
        throw new ContractViolation(
            "the pins of "
                + policy
                + " leave nothing to drop at any budget up to "
                + MOST_WORKABLE);
      }
    }
    List<Integer> budgets = new ArrayList<>(List.of(least));
    for (int budget : BUDGETS) {
      if (budget > least && workable(policy, budget)) {
        budgets.add(budget);
      }
    }
    return budgets;
  }

  /** The sequences, at most so many. */
  Stream<Scenario> scenarios(int most) {
    List<Integer> budgets = budgets();
    return LongStream.range(0, Math.min(seeds, most)).mapToObj(seed -> Scenario.of(seed, budgets));
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new ContractViolation(otherwise);
    }
  }
}

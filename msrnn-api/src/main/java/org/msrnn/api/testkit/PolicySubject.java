package org.msrnn.api.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.Trigger;
import org.msrnn.api.testkit.PolicySimulation.Eviction;

/** The policy under test, the sequences that it is tried on, and what it does with each alone. */
final class PolicySubject {
  private static final List<Integer> BUDGETS = List.of(1, 2, 8, 16, 64);
  private static final int MOST_WORKABLE = 4096;

  private final EvictionPolicyProvider provider;
  private final Map<String, String> options;
  private final int seeds;
  private final Map<Scenario, Outcome> alone = new ConcurrentHashMap<>();

  /**
   * How a sequence went.
   *
   * @param evictions the states that left
   * @param fault what ended it early, if anything did
   * @param excess how the first prompt broke the budget, or nothing
   */
  record Outcome(List<Eviction> evictions, @Nullable PolicyFault fault, String excess) {}

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

  /** The states that leave when an instance of its own is fed this sequence and no other. */
  List<Eviction> alone(Scenario scenario) {
    Outcome outcome = outcome(scenario);
    if (outcome.fault() != null) {
      throw outcome.fault();
    }
    return outcome.evictions();
  }

  /** How that goes. */
  Outcome outcome(Scenario scenario) {
    return alone.computeIfAbsent(scenario, this::run);
  }

  private Outcome run(Scenario scenario) {
    EvictionPolicy policy = create();
    try {
      PolicySimulation simulation = scenario.simulation(policy);
      scenario.feed(simulation, 0);
      String excess = excess(simulation, scenario, policy);
      return new Outcome(scenario.finish(simulation, 1), null, excess);
    } catch (PolicyFault fault) {
      return new Outcome(List.of(), fault, "");
    }
  }

  /** How the sets after the first prompt differ from what budget and pins allow, or nothing. */
  private static String excess(
      PolicySimulation simulation, Scenario scenario, EvictionPolicy policy) {
    int budget = scenario.layer().budget();
    boolean bounded = policy.trigger().kind() != Trigger.Kind.NEVER;
    int most = bounded ? budget : scenario.first();
    Pins pins = policy.pins(budget);
    for (int h = 0; h < scenario.layer().kvHeads(); h++) {
      long[] kept = simulation.kept(h);
      if (kept.length != most) {
        return kept.length + " states are kept of at most " + most;
      }
      for (int e = 0; e < pins.first(); e++) {
        if (kept[e] != e) {
          return "position " + e + " is pinned, but left";
        }
      }
      for (int e = 1; e <= pins.last(); e++) {
        if (kept[most - e] != scenario.first() - e) {
          return "position " + (scenario.first() - e) + " is pinned, but left";
        }
      }
    }
    return "";
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

  /** Tries each sequence; a fault is reported with the sequence that shows it. */
  void each(Consumer<Scenario> body) {
    scenarios(Integer.MAX_VALUE).forEach(scenario -> tried(scenario, () -> body.accept(scenario)));
  }

  static void tried(Scenario scenario, Runnable body) {
    try {
      body.run();
    } catch (ContractViolation e) {
      throw new ContractViolation(scenario + ": " + e.getMessage(), e);
    }
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new ContractViolation(otherwise);
    }
  }
}

package org.msrnn.api.testkit;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.Trigger;
import org.msrnn.api.testkit.PolicySimulation.Course;

/** A sequence on its way through the rules, and what they share: its numbers, and one run. */
final class Trial {
  private final PolicySubject subject;
  private final Scenario scenario;
  private final SequenceTable table;
  private @Nullable Outcome outcome;

  /**
   * How a sequence went, fed to an instance of its own.
   *
   * @param policy the instance
   * @param course what it decided
   * @param fault what ended it early, if anything did
   * @param excess how the first prompt broke the budget, or nothing
   */
  record Outcome(
      EvictionPolicy policy, Course course, @Nullable PolicyFault fault, String excess) {}

  Trial(PolicySubject subject, Scenario scenario) {
    this.subject = subject;
    this.scenario = scenario;
    this.table = scenario.table(scenario.seed());
  }

  Scenario scenario() {
    return scenario;
  }

  /** A new instance of the policy. */
  EvictionPolicy create() {
    return subject.create();
  }

  PolicySimulation simulation(EvictionPolicy policy) {
    return new PolicySimulation(policy, scenario.layer(), table, table, false);
  }

  /** One whose sets lie in new arrays at every call. */
  PolicySimulation movingSimulation(EvictionPolicy policy) {
    return new PolicySimulation(policy, scenario.layer(), table, table, true);
  }

  /** What a policy decides. */
  Course run(EvictionPolicy policy) {
    return scenario.finish(simulation(policy), 0);
  }

  /** What an instance of its own decides that is fed this sequence and no other. */
  Course alone() {
    Outcome went = outcome();
    if (went.fault != null) {
      throw went.fault;
    }
    return went.course;
  }

  /** How that goes. */
  Outcome outcome() {
    if (outcome == null) {
      outcome = tryAlone();
    }
    return outcome;
  }

  private Outcome tryAlone() {
    EvictionPolicy policy = create();
    PolicySimulation simulation = simulation(policy);
    try {
      scenario.feed(simulation, 0);
      String excess = excess(simulation, policy);
      return new Outcome(policy, scenario.finish(simulation, 1), null, excess);
    } catch (PolicyFault fault) {
      return new Outcome(policy, simulation.course(), fault, "");
    }
  }

  /** How the sets after the first prompt differ from what budget and pins allow, or nothing. */
  private String excess(PolicySimulation simulation, EvictionPolicy policy) {
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
}

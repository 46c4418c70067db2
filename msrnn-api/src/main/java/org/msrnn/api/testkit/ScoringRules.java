package org.msrnn.api.testkit;

import static org.msrnn.api.testkit.PolicySubject.require;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.testkit.PolicySimulation.Course;
import org.msrnn.api.testkit.PolicySimulation.Eviction;

/** What a policy does when it observes and scores. */
record ScoringRules(PolicySubject subject, Trials trials) {
  Stream<Rule> all() {
    return Stream.of(
        trials.rule("a set stays within its budget, whatever it is fed", ScoringRules::budget),
        trials.rule("every score is set and finite", without(PolicyFault.Kind.SCORES)),
        trials.rule(
            "a demand is finite, 0 or more, and writes no column",
            without(PolicyFault.Kind.DEMAND)),
        trials.rule("nothing is written behind the set", without(PolicyFault.Kind.OVERWRITTEN)),
        trials.rule("attention rows are not changed", without(PolicyFault.Kind.ROW_CHANGED)),
        trials.rule("nothing is read that is not declared", without(PolicyFault.Kind.UNDECLARED)),
        new Rule("what is declared is used", new UseRule(subject)::check),
        trials.rule(
            "a positional policy drops the oldest that is not pinned", ScoringRules::positional),
        trials.rememberingRule(
            "the score program drops the same states as the score",
            () -> program(subject.create())),
        new Rule("a step leaves no garbage", new GarbageRule(subject)::check));
  }

  /** Faults of other kinds belong to other rules. */
  private static Consumer<Trial> without(PolicyFault.Kind kind) {
    return trial -> {
      PolicyFault fault = trial.outcome().fault();
      if (fault != null && fault.kind() == kind) {
        throw fault;
      }
    };
  }

  private static void budget(Trial trial) {
    without(PolicyFault.Kind.FAILED).accept(trial);
    String excess = trial.outcome().excess();
    require(excess.isEmpty(), excess);
  }

  private static void positional(Trial trial) {
    EvictionPolicy policy = trial.outcome().policy();
    if (!policy.positional()) {
      return;
    }
    SimulatedLayer layer = trial.scenario().layer();
    long[] oldest = new long[1 + layer.kvHeads()];
    Arrays.fill(oldest, policy.pins(layer.budget()).first());
    for (Eviction left : trial.alone().evictions()) {
      long expected = oldest[1 + left.kvHead()]++;
      require(
          left.position() == expected,
          "the policy is positional, but position " + left.position() + " left before " + expected);
    }
  }

  private static Consumer<Trial> program(EvictionPolicy declared) {
    if (declared.program().isEmpty()) {
      return trial -> {};
    }
    ScoreProgram program = declared.program().get();
    return trial -> {
      Course truth = trial.alone();
      Course device = trial.run(new ProgramPolicy(program, declared));
      IndependenceRules.sameEvictions(program + " is another score", truth, device);
    };
  }
}

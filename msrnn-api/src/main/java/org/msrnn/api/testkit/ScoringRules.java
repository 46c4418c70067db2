package org.msrnn.api.testkit;

import static org.msrnn.api.testkit.PolicySubject.require;

import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.testkit.PolicySimulation.Eviction;

/** What a policy does when it observes and scores. */
record ScoringRules(PolicySubject subject) {
  /** Added to a seed for attention that has nothing to do with it. */
  private static final long OTHER_ATTENTION = 0x5eed;

  Stream<Rule> all() {
    return Stream.of(
        new Rule("a set stays within its budget, whatever it is fed", this::budget),
        new Rule("every score is set and finite", faultless(PolicyFault.Kind.SCORES)),
        new Rule("nothing is written behind the set", faultless(PolicyFault.Kind.OVERWRITTEN)),
        new Rule("attention rows are not changed", faultless(PolicyFault.Kind.ROW_CHANGED)),
        new Rule("nothing is read that is not declared", faultless(PolicyFault.Kind.UNDECLARED)),
        new Rule("what is declared is used", this::used),
        new Rule("a positional policy drops the oldest that is not pinned", this::positional),
        new Rule("the score program drops the same states as the score", this::program));
  }

  /** Runs everything; faults of other kinds belong to other rules. */
  private Runnable faultless(PolicyFault.Kind kind) {
    return () ->
        subject.each(
            scenario -> {
              PolicyFault fault = subject.outcome(scenario).fault();
              if (fault != null && fault.kind() == kind) {
                throw fault;
              }
            });
  }

  private void budget() {
    faultless(PolicyFault.Kind.FAILED).run();
    subject.each(
        scenario -> {
          String excess = subject.outcome(scenario).excess();
          require(excess.isEmpty(), excess);
        });
  }

  private void used() {
    EvictionPolicy policy = subject.create();
    Use use = new Use(policy);
    for (Scenario scenario : subject.scenarios(Integer.MAX_VALUE).toList()) {
      PolicySimulation simulation = scenario.simulation(policy);
      List<Eviction> left = scenario.finish(simulation, 0);
      if (!use.rows) {
        long other = scenario.seed() + OTHER_ATTENTION;
        PolicySimulation elsewhere = scenario.simulation(policy, other);
        use.rows =
            !left.equals(scenario.finish(elsewhere, 0))
                || !demands(simulation).equals(demands(elsewhere));
      }
      simulation.sets().forEach(use::add);
      if (use.missing().isEmpty()) {
        return;
      }
    }
    throw new ContractViolation(
        "the policy declares "
            + policy.observes()
            + " and "
            + policy.columns()
            + " columns, but "
            + use.missing());
  }

  /** What the policy asks its planner for; what it sees may count for that alone. */
  private List<Double> demands(PolicySimulation simulation) {
    EvictionPolicy policy = subject.create();
    return simulation.sets().stream().map(policy::demand).toList();
  }

  /** What a policy has used of what it declares. */
  private static final class Use {
    private final Signals signals;
    private int columns;
    private final BitSet columnsRead = new BitSet();
    private boolean rows;
    private boolean keys;
    private boolean values;

    Use(EvictionPolicy policy) {
      signals = policy.observes();
      columns = policy.columns();
      rows = signals.rows() == Signals.Rows.NONE;
      keys = !signals.keys();
      values = !signals.values();
    }

    void add(SimulatedKvSet set) {
      columns = Math.max(columns, set.columnCount());
      columnsRead.or(set.reads().columns);
      keys = keys || set.reads().keys > 0;
      values = values || set.reads().values > 0;
    }

    /** What is missing, in words, or nothing. */
    String missing() {
      if (!rows) {
        return "drops and demands the same states whatever the rows are";
      }
      if (!keys || !values) {
        return "never reads a " + (keys ? "value" : "key");
      }
      return columnsRead.cardinality() == columns ? "" : "uses the columns " + columnsRead;
    }
  }

  private void positional() {
    if (!subject.create().positional()) {
      return;
    }
    subject.each(
        scenario -> {
          EvictionPolicy policy = subject.create();
          PolicySimulation simulation = scenario.simulation(policy);
          scenario.finish(simulation, 0);
          for (int h = 0; h < scenario.layer().kvHeads(); h++) {
            long[] left = simulation.evicted(h);
            long pinned = policy.pins(scenario.layer().budget()).first();
            for (int i = 0; i < left.length; i++) {
              require(
                  left[i] == pinned + i,
                  "the policy is positional, but position "
                      + left[i]
                      + " left before "
                      + (pinned + i));
            }
          }
        });
  }

  private void program() {
    EvictionPolicy declared = subject.create();
    if (declared.program().isEmpty()) {
      return;
    }
    ScoreProgram program = declared.program().get();
    subject.each(
        scenario -> {
          List<Eviction> truth = subject.alone(scenario);
          List<Eviction> device = scenario.run(new ProgramPolicy(program, declared));
          require(
              truth.equals(device), program + " is another score: " + difference(truth, device));
        });
  }

  /** Where two runs part. */
  static String difference(List<Eviction> one, List<Eviction> other) {
    int i = 0;
    while (i < Math.min(one.size(), other.size()) && one.get(i).equals(other.get(i))) {
      i++;
    }
    return "eviction "
        + i
        + " is "
        + (i < one.size() ? one.get(i) : "none")
        + " and "
        + (i < other.size() ? other.get(i) : "none");
  }
}

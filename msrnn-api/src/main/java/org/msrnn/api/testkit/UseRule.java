package org.msrnn.api.testkit;

import java.util.BitSet;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.WrappedPolicy;
import org.msrnn.api.testkit.PolicySimulation.Course;

/** What a policy declares is used: it would be computed, copied and kept for nothing. */
record UseRule(PolicySubject subject) {
  /** Added to a seed for attention that has nothing to do with it. */
  private static final long OTHER_ATTENTION = 0x5eed;

  /** The same policy, shown the newest query alone. */
  private record Newest(EvictionPolicy policy) implements WrappedPolicy {
    @Override
    public Signals observes() {
      return policy.observes().withLastQueries(1);
    }
  }

  void check() {
    EvictionPolicy policy = subject.create();
    Use use = new Use(policy);
    for (Scenario scenario : subject.scenarios(Integer.MAX_VALUE).toList()) {
      Trial trial = new Trial(subject, scenario);
      PolicySimulation simulation = trial.simulation(policy);
      Course course = scenario.finish(simulation, 0);
      simulation.sets().forEach(use::add);
      if (!use.rows) {
        SequenceTable other = scenario.table(scenario.seed() + OTHER_ATTENTION);
        PolicySimulation elsewhere =
            new PolicySimulation(policy, scenario.layer(), other, other, false);
        use.rows = !course.equals(scenario.finish(elsewhere, 0));
      }
      if (!use.earlierQueries) {
        use.earlierQueries = !course.equals(trial.run(new Newest(policy)));
      }
      if (use.missing().isEmpty()) {
        return;
      }
    }
    throw new ContractViolation(
        "the policy declares "
            + policy.observes()
            + " and "
            + use.columns
            + " columns, but "
            + use.missing());
  }

  /** What a policy has used of what it declares. */
  private static final class Use {
    private final Signals signals;
    private int columns;
    private final BitSet columnsRead = new BitSet();
    private boolean rows;
    private boolean earlierQueries;
    private boolean keys;
    private boolean values;
    private boolean queries;
    private boolean memoryOffered;
    private boolean memoryRead;

    Use(EvictionPolicy policy) {
      signals = policy.observes();
      rows = signals.rows() == Signals.Rows.NONE;
      earlierQueries = signals.lastQueries() <= 1;
      keys = !signals.keys();
      values = !signals.values();
      queries = !signals.queries();
    }

    void add(SimulatedKvSet set) {
      SimulatedKvSet.Reads reads = set.reads();
      columns = Math.max(columns, set.columnCount());
      columnsRead.or(reads.columns);
      keys = keys || reads.keys > 0;
      values = values || reads.values > 0;
      queries = queries || reads.queries > 0;
      memoryRead = memoryRead || reads.memory > 0;
      memoryOffered = memoryOffered || set.memoryLength() > 0;
    }

    /** What is missing, in words, or nothing. */
    String missing() {
      if (!rows) {
        return "drops and demands the same states whatever the rows are";
      }
      if (!keys || !values || !queries) {
        return "never reads a " + (!keys ? "key" : !values ? "value" : "query vector");
      }
      if (!earlierQueries) {
        return "drops the same states when it sees the newest query alone";
      }
      if (memoryOffered && !memoryRead) {
        return "never looks at the memory of a set that it asks for";
      }
      return columnsRead.cardinality() == columns ? "" : "uses the columns " + columnsRead;
    }
  }
}

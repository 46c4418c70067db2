package org.msrnn.api.testkit;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.testkit.PolicyFault.Kind;

/** Calls a policy, and throws a {@link PolicyFault} at what a policy must not do. */
record WatchedPolicy(EvictionPolicy policy, Signals signals) {
  private static final int SLACK = 5;

  void observe(SimulatedKvSet set, SimulatedRow row) {
    call("observe", set, () -> policy.observe(set, row));
    if (!row.intact()) {
      throw new PolicyFault(Kind.ROW_CHANGED, "observe changed an attention row" + at(set), null);
    }
  }

  /**
   * The scores of a set.
   *
   * @param slack whether the policy gets an array that is longer than the set
   */
  double[] score(SimulatedKvSet set, boolean slack) {
    int size = set.size();
    double[] all = new double[slack ? size + SLACK : size];
    Arrays.fill(all, 0, size, Double.NaN);
    Arrays.fill(all, size, all.length, SimulatedKvSet.GUARD);
    call("score", set, () -> policy.score(set, all));
    if (!SimulatedKvSet.intact(all, size)) {
      throw overwritten("score", "the scores", set);
    }
    for (int e = 0; e < size; e++) {
      if (!Double.isFinite(all[e])) {
        String left = "score left entry " + e + " of " + size + " at " + all[e] + at(set);
        throw new PolicyFault(Kind.SCORES, left + "; every entry gets a finite number", null);
      }
    }
    return slack ? Arrays.copyOf(all, size) : all;
  }

  double demand(SimulatedKvSet set) {
    SimulatedKvSet before = set.copy();
    double[] demand = new double[1];
    call("demand", set, () -> demand[0] = policy.demand(set));
    if (!(Double.isFinite(demand[0]) && demand[0] >= 0)) {
      String is = "demand is " + demand[0] + at(set);
      throw new PolicyFault(Kind.DEMAND, is + ", allowed is a finite number from 0", null);
    }
    if (!set.hasTheColumnsOf(before)) {
      throw new PolicyFault(Kind.DEMAND, "demand changed a column" + at(set), null);
    }
    return demand[0];
  }

  private void call(String name, SimulatedKvSet set, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | LinkageError e) {
      String undeclared = set.reads().undeclared;
      throw undeclared != null
          ? undeclared(name, undeclared, set, e)
          : new PolicyFault(Kind.FAILED, name + " threw " + e + at(set), e);
    }
    String undeclared = set.reads().undeclared;
    if (undeclared != null) {
      throw undeclared(name, undeclared, set, null);
    }
    if (!set.intact()) {
      throw overwritten(name, "a column", set);
    }
  }

  private PolicyFault undeclared(
      String call, String what, SimulatedKvSet set, @Nullable Throwable e) {
    String declared = signals + " and " + set.columnCount() + " columns";
    return new PolicyFault(
        Kind.UNDECLARED,
        call + " reads " + what + at(set) + ", but the policy declares " + declared,
        e);
  }

  private static PolicyFault overwritten(String call, String what, SimulatedKvSet set) {
    String entry = " behind entry " + (set.size() - 1) + at(set);
    return new PolicyFault(Kind.OVERWRITTEN, call + " wrote " + what + entry, null);
  }

  private static String at(SimulatedKvSet set) {
    int size = set.size();
    return " (query "
        + set.position(size - 1)
        + ", "
        + size
        + " states, budget "
        + set.budget()
        + (set.kvHead() < 0 ? ")" : ", KV head " + set.kvHead() + ")");
  }
}

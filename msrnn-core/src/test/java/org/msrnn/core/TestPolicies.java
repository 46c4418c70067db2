package org.msrnn.core;

import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/** Policies as small as can be; the real ones are in a module that depends on this one's API. */
public final class TestPolicies {
  private TestPolicies() {}

  /** Never evicts. */
  public record Full() implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.NONE;
    }

    @Override
    public Trigger trigger() {
      return Trigger.NEVER;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      throw new AssertionError("full is never asked");
    }
  }

  /** The oldest leaves; whether it says so decides between the banded and the walked way. */
  public record Window(int sinks, boolean positional) implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.NONE;
    }

    @Override
    public Pins pins(int states) {
      return new Pins(sinks, 0);
    }

    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = e;
      }
    }
  }

  /** The least attended by the newest query leaves. */
  public record Tova(Granularity granularity) implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.mean();
    }

    @Override
    public int columns() {
      return 1;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      for (int e = 0; e < set.size(); e++) {
        set.column(0)[e] = row.row(0)[e];
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      System.arraycopy(set.column(0), 0, scores, 0, set.size());
    }
  }

  /** The least attended by all queries so far leaves; half of the states are recent. */
  public record H2o(Granularity granularity) implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.mean().withLastQueries(Signals.ALL_QUERIES);
    }

    @Override
    public Pins pins(int states) {
      return new Pins(0, states / 2);
    }

    @Override
    public int columns() {
      return 1;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      for (int e = 0; e < set.size(); e++) {
        set.column(0)[e] += row.row(0)[e];
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      System.arraycopy(set.column(0), 0, scores, 0, set.size());
    }
  }

  /** Whichever the counter-based random numbers say. */
  public record Chance(Granularity granularity) implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.NONE;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = set.random(e);
      }
    }
  }
}

package org.msrnn.core;

import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.SetShape;
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
    public int columns(SetShape shape) {
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
    public int columns(SetShape shape) {
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

  /** Scores and demands that follow from layer, head and position alone, with many ties. */
  public record Lottery(Granularity granularity, Trigger trigger, Pins pinned)
      implements EvictionPolicy {
    /** Every step, nothing pinned. */
    public Lottery(Granularity granularity) {
      this(granularity, Trigger.EVERY_STEP, Pins.NONE);
    }

    /** The score of a position. */
    public static double score(int layer, int kvHead, long position) {
      return Math.floorMod((position * 31 + layer * 17 + kvHead * 7) * 2_654_435_761L >>> 13, 11L);
    }

    /** The demand of a set. */
    public static double demand(int layer, int kvHead) {
      return 1 + 3 * layer + (kvHead == 1 ? 5 : 0);
    }

    @Override
    public Signals observes() {
      return Signals.NONE;
    }

    @Override
    public Pins pins(int states) {
      return pinned;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = score(set.layer(), set.kvHead(), set.position(e));
      }
    }

    @Override
    public double demand(KvSet set) {
      return demand(set.layer(), set.kvHead());
    }
  }
}

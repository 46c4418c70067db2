package org.msrnn.core.state;

import java.math.BigDecimal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.PolicyException;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;
import org.msrnn.core.random.SplitMix;

/**
 * A key/value set under a policy: shows the policy what it declared to observe, asks for scores
 * when there are too many states, and drops the lowest.
 */
final class BoundedSet implements KvSet {
  private final SlotSpace space;
  private final EvictionPolicy policy;
  private final Signals signals;
  private final SetWalk.Attention attention;
  private final SetShape shape;
  private final ReadStates states;
  private final boolean rotated;
  private final long seed;
  private final ObservedRow row;
  private final double guaranteed;
  private final @Nullable DeviceSlots device;
  private final Selection selection = new Selection();
  private Pins pins = Pins.NONE;
  private int sure;
  private double[] scores = new double[0];
  private int[] victims = new int[1];
  private float[] scratch = new float[0];

  /**
   * A set.
   *
   * @param device the device that decides in the policy's place, or null
   */
  BoundedSet(
      SlotSpace space,
      StateSpec spec,
      SetWalk.Attention attention,
      Kernels kernels,
      @Nullable DeviceSlots device) {
    this.space = space;
    this.device = device;
    this.policy = spec.policy();
    this.signals = policy.observes();
    this.guaranteed = spec.budgets().guaranteed();
    this.attention = attention;
    this.shape = attention.shape(space.kv.heads());
    this.states = new ReadStates(space, kernels);
    this.rotated = attention.rope() != null && !attention.rotatesAtRead(spec);
    this.seed = spec.seed();
    budget(space.budget);
    this.row = new ObservedRow(space, policy, attention, kernels);
  }

  Pins pins() {
    return pins;
  }

  /**
   * Changes how many states may stay.
   *
   * @throws InvalidOptionException if the policy's pins leave nothing to evict
   */
  void budget(int states) {
    Pins now = policy.pins(states);
    long pinned = (long) now.first() + now.last();
    if (pinned > 0 && pinned >= states) {
      throw new InvalidOptionException(
          "state",
          Integer.toString(states),
          pinned + 1 + " or more: " + policy + " never drops " + pinned + " of its states");
    }
    space.budget = states;
    pins = now;
    // as it is written: 0.29 of 100 is 29, which it is not in doubles
    sure = BigDecimal.valueOf(guaranteed).multiply(BigDecimal.valueOf(states)).intValue();
  }

  /** What the policy will observe of a query, to be filled before {@link #observe}. */
  ObservedRow row() {
    return row;
  }

  /** Hands what is observed of a query to the policy. */
  void observe() {
    try {
      policy.observe(this, row);
    } catch (RuntimeException e) {
      throw failure("observe", e);
    }
  }

  /** Drops states at positions before this one: a sliding window has passed them. */
  void expire(long position) {
    int count = before(position);
    if (count == 0) {
      return;
    }
    demandVictims(count);
    for (int i = 0; i < count; i++) {
      victims[i] = i;
    }
    space.evict(victims, count);
  }

  /** Entries at positions before this one, which are the first ones. */
  private int before(long position) {
    int count = 0;
    while (count < space.size() && space.position(count) < position) {
      count++;
    }
    return count;
  }

  private void demandVictims(int count) {
    if (victims.length < count) {
      victims = new int[Math.max(count, 2 * victims.length)];
    }
  }

  /** Drops the excess, if there is any. */
  void evict() {
    int count = space.size() - space.budget;
    if (count <= 0) {
      return;
    }
    if (device != null) {
      device.evict(count, pins);
      return;
    }
    score();
    demandVictims(count);
    int to = space.size() - pins.last();
    selection.lowest(scores, before(pins.first()), to, count, victims, policy);
    space.evict(victims, count);
  }

  /** Offers what other heads' states may be kept for: all but the pins and what is guaranteed. */
  void offer(SharedSelection.Head head) {
    score();
    int size = space.size();
    head.offer(
        scores, space.entryPositions(), before(pins.first()), size - pins.last(), size - sure);
  }

  /** Drops what was chosen of an offer. */
  void drop(SharedSelection.Head chosen) {
    space.evict(chosen.victims(), chosen.taken());
  }

  private void score() {
    int size = space.size();
    if (scores.length < size) {
      scores = new double[Math.max(size, 2 * scores.length)];
    }
    Arrays.fill(scores, 0, size, Double.NaN);
    try {
      policy.score(this, scores);
    } catch (RuntimeException e) {
      throw failure("score", e);
    }
  }

  /**
   * What the policy asks for, for planners that are adaptive.
   *
   * @throws PolicyException if that is not a finite number, 0 or more
   */
  double demand() {
    double demand;
    try {
      demand = policy.demand(this);
    } catch (RuntimeException e) {
      throw failure("demand", e);
    }
    if (!Double.isFinite(demand) || demand < 0) {
      throw new PolicyException(
          "policy "
              + policy
              + " demands "
              + demand
              + " at layer "
              + space.layer
              + "; a demand is a finite number, 0 or more");
    }
    return demand;
  }

  /** A policy's own failure, named; one that msrnn foresaw stays what it is. */
  private MsrnnException failure(String method, RuntimeException e) {
    return e instanceof MsrnnException foreseen
        ? foreseen
        : new PolicyException(
            "policy " + policy + " failed in " + method + " at layer " + space.layer + ": " + e, e);
  }

  @Override
  public int layer() {
    return space.layer;
  }

  @Override
  public int kvHead() {
    return space.kvHead;
  }

  @Override
  public int kvHeads() {
    return space.kv.heads();
  }

  @Override
  public int group() {
    return attention.group();
  }

  @Override
  public SetShape shape() {
    return shape;
  }

  @Override
  public int size() {
    return space.size();
  }

  @Override
  public int budget() {
    return space.budget;
  }

  @Override
  public long position(int entry) {
    return space.position(entry);
  }

  @Override
  public int token(int entry) {
    return space.token(entry);
  }

  @Override
  public boolean pinned(int entry) {
    return space.position(entry) < pins.first() || entry >= space.size() - pins.last();
  }

  @Override
  public long queries() {
    return space.queries;
  }

  @Override
  public double[] column(int column) {
    return space.column(column);
  }

  @Override
  public double[] memory() {
    return space.memory;
  }

  @Override
  public double random(int entry) {
    long mixed = seed;
    mixed = SplitMix.mix(mixed + space.layer);
    mixed = SplitMix.mix(mixed + space.kvHead);
    mixed = SplitMix.mix(mixed + space.queries);
    mixed = SplitMix.mix(mixed + space.position(entry));
    return SplitMix.uniform(mixed);
  }

  @Override
  public int headSize() {
    return space.kv.headSize();
  }

  @Override
  public void key(int head, int entry, float[] into) {
    demand(signals.keys(), "keys", policy);
    states.key(head, entry, into);
  }

  @Override
  public void value(int head, int entry, float[] into) {
    demand(signals.values(), "values", policy);
    states.value(head, entry, into);
  }

  @Override
  public boolean rotated() {
    return rotated;
  }

  @Override
  public float[] scratch() {
    if (scratch.length == 0) {
      scratch = new float[headSize()];
    }
    return scratch;
  }

  @Override
  public @Nullable Rope rope() {
    return attention.rope();
  }

  /** Refuses what a policy reads and did not declare. */
  static void demand(boolean declared, String what, EvictionPolicy policy) {
    if (!declared) {
      throw new PolicyException(
          "policy " + policy + " reads " + what + " without declaring it in observes()");
    }
  }
}

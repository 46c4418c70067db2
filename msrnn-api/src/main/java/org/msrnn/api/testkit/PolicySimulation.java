package org.msrnn.api.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.msrnn.api.PolicyException;
import org.msrnn.api.Regime;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/**
 * One layer of a finite MSRNN without a model: attention comes from an {@link AttentionSource}, and
 * the policy decides which states stay. It is how a published trace becomes a test, and what {@link
 * PolicyContract} runs on.
 *
 * <p>Every token is appended, its query attends over all states held, the policy observes what it
 * declared, and at a decision the lowest scores outside the pins leave, of equal scores the oldest.
 * Plain and slow; for tests. Not thread-safe.
 */
public final class PolicySimulation {
  /** The most columns that a policy may ask for. */
  static final int MOST_COLUMNS = 1 << 16;

  /** The most numbers that a policy may ask for a set. */
  static final int MOST_MEMORY = 1 << 24;

  private final EvictionPolicy policy;
  private final WatchedPolicy watched;
  private final SimulatedLayer layer;
  private final RowSource rows;
  private final Signals signals;
  private final Trigger trigger;
  private final Pins pins;
  private final boolean moving;
  private final SimulatedKvSet[] sets;
  private final double[][] scores;
  private final long[][] scored;
  private final double[] demands;
  private final List<Eviction> evictions;
  private final List<Double> demanded;
  private long tokens;

  /**
   * A state that left.
   *
   * @param kvHead the KV head whose set it left, or -1 if all heads share the set
   * @param query position of the newest token at the decision
   * @param position its own position
   */
  public record Eviction(int kvHead, long query, long position) {}

  /** All that a policy decided. */
  record Course(List<Eviction> evictions, List<Double> demands) {}

  /**
   * An empty layer.
   *
   * @param policy the policy; its granularity says whether there is one set or one a KV head
   * @throws PolicyException if the policy pins as many states as the budget, or more, or asks for
   *     more than 65,536 columns or more than 16,777,216 numbers a set
   */
  public PolicySimulation(EvictionPolicy policy, SimulatedLayer layer, AttentionSource attention) {
    this(policy, layer, attention, VectorSource.random(layer));
  }

  /** A layer with keys, values and query vectors of the test's own; see the other constructor. */
  public PolicySimulation(
      EvictionPolicy policy,
      SimulatedLayer layer,
      AttentionSource attention,
      VectorSource vectors) {
    this(policy, layer, set -> SimulatedRow.rows(attention, set), vectors, false);
  }

  /** With {@code moving}, every call finds the set in new arrays and the old ones void. */
  PolicySimulation(
      EvictionPolicy policy,
      SimulatedLayer layer,
      RowSource rows,
      VectorSource vectors,
      boolean moving) {
    this.policy = policy;
    this.layer = layer;
    this.rows = rows;
    this.signals = policy.observes();
    this.trigger = policy.trigger();
    this.moving = moving;
    this.watched = new WatchedPolicy(policy, signals);
    boolean shared = policy.granularity() == Granularity.LAYER;
    this.sets = new SimulatedKvSet[shared ? 1 : layer.kvHeads()];
    SetShape shape = new SetShape(shared ? layer.kvHeads() : 1, layer.group(), layer.headSize());
    refuse("columns", policy.columns(shape), MOST_COLUMNS);
    refuse("numbers a set", policy.memory(shape), MOST_MEMORY);
    for (int s = 0; s < sets.length; s++) {
      sets[s] = new SimulatedKvSet(layer, shared ? -1 : s, policy, vectors);
    }
    this.demands = new double[sets.length];
    this.demanded = new ArrayList<>();
    this.scores = new double[sets.length][0];
    this.scored = new long[sets.length][0];
    this.evictions = new ArrayList<>();
    this.pins = policy.pins(layer.budget());
    refuseTooManyPins();
  }

  private PolicySimulation(PolicySimulation other, EvictionPolicy policy) {
    this.policy = policy;
    this.watched = new WatchedPolicy(policy, other.signals);
    this.layer = other.layer;
    this.rows = other.rows;
    this.signals = other.signals;
    this.trigger = other.trigger;
    this.pins = other.pins;
    this.moving = other.moving;
    this.sets = new SimulatedKvSet[other.sets.length];
    Arrays.setAll(sets, s -> other.sets[s].copy());
    this.scores = other.scores.clone();
    this.scored = other.scored.clone();
    this.evictions = new ArrayList<>(other.evictions);
    this.demands = other.demands.clone();
    this.demanded = new ArrayList<>(other.demanded);
    this.tokens = other.tokens;
  }

  private void refuse(String what, int asked, int most) {
    if (asked < 0 || asked > most) {
      throw new PolicyException(
          "policy " + policy + " asks for " + asked + " " + what + ", allowed is 0 to " + most);
    }
  }

  private void refuseTooManyPins() {
    if ((long) pins.first() + pins.last() >= layer.budget()) {
      throw new PolicyException(
          "policy "
              + policy
              + " pins "
              + pins.first()
              + " + "
              + pins.last()
              + " of "
              + layer.budget()
              + " states, allowed is fewer than there are");
    }
  }

  /**
   * Feeds a prompt under a regime. There is a decision at its end, and before that after every
   * chunk; stepwise, at the positions that the policy's trigger names. A trigger that is due at the
   * end of a prompt alone, or never, is so under every regime.
   *
   * @param count tokens of the prompt
   */
  public void prompt(int count, Regime regime) {
    for (int at = 0; at < count; at++) {
      int decision = toDecision(at, count, regime);
      token(observed(decision));
      if (at == count - 1) {
        demand();
      }
      if (decision == 1) {
        decide();
      }
    }
  }

  /** Tokens up to the next decision, the one at {@code at} included. */
  private int toDecision(int at, int count, Regime regime) {
    int end = count - at;
    return switch (trigger.kind()) {
      case NEVER -> Integer.MAX_VALUE;
      case PROMPT_END -> end;
      case EVERY ->
          switch (regime.kind()) {
            case STEPWISE -> Math.min(toTrigger(), end);
            case CHUNKED -> Math.min(regime.chunk() - at % regime.chunk(), end);
            case WHOLE -> end;
          };
    };
  }

  /** Tokens up to the next multiple of the trigger's steps. */
  private int toTrigger() {
    return trigger.steps() - (int) (tokens % trigger.steps());
  }

  /** Feeds tokens one at a time, as when they are generated. */
  public void generate(int count) {
    for (int i = 0; i < count; i++) {
      if (trigger.kind() == Trigger.Kind.EVERY) {
        int decision = toTrigger();
        token(observed(decision));
        if (decision == 1) {
          decide();
        }
      } else {
        // Nobody knows how soon the next prompt ends: all queries may be its last.
        token(observed(trigger.kind() == Trigger.Kind.PROMPT_END ? 1 : Integer.MAX_VALUE));
      }
    }
  }

  /** Whether a query is among the last ones that the policy asks for. */
  private boolean observed(int toDecision) {
    return trigger.kind() != Trigger.Kind.NEVER
        && signals.lastQueries() > 0
        && toDecision <= signals.lastQueries();
  }

  private void token(boolean observed) {
    for (int s = 0; s < sets.length; s++) {
      sets[s].append(tokens);
      if (observed) {
        observe(s);
      }
    }
    tokens++;
  }

  private void observe(int s) {
    SimulatedRow row = SimulatedRow.of(rows, set(s));
    watched.observe(sets[s], row);
    if (moving) {
      row.close();
    }
  }

  /** The set as the next call gets it. */
  private SimulatedKvSet set(int s) {
    if (moving) {
      sets[s] = sets[s].moved();
    }
    return sets[s];
  }

  private void demand() {
    for (int s = 0; s < sets.length; s++) {
      demands[s] = watched.demand(set(s));
      demanded.add(demands[s]);
    }
  }

  private void decide() {
    for (int s = 0; s < sets.length; s++) {
      if (sets[s].size() > layer.budget()) {
        score(s);
        drop(s);
      }
    }
  }

  private void score(int s) {
    scores[s] = watched.score(set(s), !moving);
    scored[s] = sets[s].positions();
  }

  private void drop(int s) {
    SimulatedKvSet set = sets[s];
    boolean[] victims = new boolean[set.size()];
    for (int left = set.size() - layer.budget(); left > 0; left--) {
      int lowest = -1;
      for (int e = pins.first(); e < set.size() - pins.last(); e++) {
        if (!victims[e] && (lowest < 0 || scores[s][e] < scores[s][lowest])) {
          lowest = e;
        }
      }
      victims[lowest] = true;
    }
    for (int e = 0; e < victims.length; e++) {
      if (victims[e]) {
        evictions.add(new Eviction(set.kvHead(), tokens - 1, set.position(e)));
      }
    }
    set.drop(victims);
  }

  /** Positions kept, ascending; with granularity {@code layer} the same for every head. */
  public long[] kept(int kvHead) {
    return sets[index(kvHead)].positions();
  }

  /** All states that left, in the order of the decisions and of their positions. */
  public List<Eviction> evictions() {
    return List.copyOf(evictions);
  }

  /** Positions that left a KV head's set, in the order of {@link #evictions}. */
  public long[] evicted(int kvHead) {
    int set = sets[index(kvHead)].kvHead();
    return evictions.stream()
        .filter(e -> e.kvHead() == set)
        .mapToLong(Eviction::position)
        .toArray();
  }

  /** Scores at the last decision, in the order of {@link #scored}; empty before the first. */
  public double[] scores(int kvHead) {
    return scores[index(kvHead)].clone();
  }

  /** Positions held at the last decision, before any left. */
  public long[] scored(int kvHead) {
    return scored[index(kvHead)].clone();
  }

  /** A column of the policy, in the order of {@link #kept}. */
  public double[] column(int kvHead, int column) {
    SimulatedKvSet set = sets[index(kvHead)];
    return Arrays.copyOf(set.column(column), set.size());
  }

  /** The numbers that the policy keeps for a set. */
  public double[] memory(int kvHead) {
    return sets[index(kvHead)].memory().clone();
  }

  /** What the policy demanded for a set at the end of the last prompt; 0 before the first. */
  public double demand(int kvHead) {
    return demands[index(kvHead)];
  }

  Course course() {
    return new Course(evictions(), List.copyOf(demanded));
  }

  /** An independent copy that goes on from here. */
  public PolicySimulation fork() {
    return fork(policy);
  }

  /** A copy that goes on with another instance of the same policy, as after a restart. */
  PolicySimulation fork(EvictionPolicy other) {
    return new PolicySimulation(this, other);
  }

  List<SimulatedKvSet> sets() {
    return List.of(sets);
  }

  private int index(int kvHead) {
    return sets.length == 1 ? 0 : kvHead;
  }
}

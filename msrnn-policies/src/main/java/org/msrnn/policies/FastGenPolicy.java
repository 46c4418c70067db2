package org.msrnn.policies;

import java.util.BitSet;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * {@code fastgen}: at the end of the first prompt each KV head takes the cheapest class of states
 * that gets {@code threshold} or more of its newest query's attention, and then keeps that class:
 * special tokens; and punctuation; and the {@code frequent} part of the other states with the most
 * attention a query so far; and the {@code local} part that is newest; or everything.
 *
 * <p>Comes with the planner {@link FastGenBudgets fastgen}: a head has the states that its class
 * has at that time, at most k, so that memory is freed. Within a budget the least attention a query
 * leaves; special tokens, punctuation and newest states rank above all others, in that order, where
 * the class has them. Before a class is chosen, and in the class of everything, all have them.
 *
 * <p>Options: {@code special} and {@code punctuation} are ids of tokens with / between them.
 */
public final class FastGenPolicy implements EvictionPolicyProvider {
  private static final int MOST_IDS = 10_000_000;
  private static final String IDS = "ids of tokens below " + MOST_IDS + " with / between them";

  /** For the service loader. */
  public FastGenPolicy() {}

  @Override
  public String name() {
    return "fastgen";
  }

  @Override
  public String summary() {
    return "each KV head keeps the cheapest class of states that gets most of its attention";
  }

  @Override
  public String paper() {
    return "arXiv 2310.01801";
  }

  @Override
  public String differences() {
    return "The authors compare whole attention maps of a prompt, here the prompt's newest query"
        + " decides. A head's number of states is fixed then, where the authors' classes grow with"
        + " the text, and the class of everything is bounded by k. A head is a KV head, whose query"
        + " heads are averaged. Ids of tokens are options, since a policy has no tokenizer.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new FastGen(
        options.number("threshold", 0.95, 0, 1),
        options.number("frequent", 0.3, 0, 1),
        options.number("local", 0.3, 0, 1),
        ids("special", options),
        ids("punctuation", options));
  }

  private static BitSet ids(String name, Options options) {
    String text = options.text(name, "", IDS);
    BitSet ids = new BitSet();
    for (String id : text.isEmpty() ? new String[0] : text.split("/", -1)) {
      if (!id.matches("[0-9]{1,9}") || Integer.parseInt(id) >= MOST_IDS) {
        throw options.refusal(name, "'" + text + "'", IDS);
      }
      ids.set(Integer.parseInt(id));
    }
    return ids;
  }

  /** Classes of states, the cheapest first; each has those of the ones before. */
  private enum Kind {
    SPECIAL,
    PUNCTUATION,
    FREQUENT,
    LOCAL,
    EVERYTHING
  }

  private static final Kind[] KINDS = Kind.values();

  private record FastGen(
      double threshold, double frequent, double local, BitSet special, BitSet punctuation)
      implements EvictionPolicy {
    private static final int SUM = 0;
    private static final int LAST = 1;

    /** In the set's memory: the class, from 1; 0 if none is chosen. */
    private static final int CHOSEN = 0;

    /** In the set's memory: states that are newest, once a class is chosen. */
    private static final int NEWEST = 1;

    @Override
    public Signals observes() {
      return Signals.mean().withLastQueries(Signals.ALL_QUERIES);
    }

    @Override
    public Granularity granularity() {
      return Granularity.KV_HEAD;
    }

    @Override
    public int columns(SetShape shape) {
      return 2;
    }

    @Override
    public int memory(SetShape shape) {
      return 2;
    }

    @Override
    public BudgetPlanner budgets() {
      return FastGenBudgets.FAST_GEN;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      double[] sum = set.column(SUM);
      double[] last = set.column(LAST);
      float[] mean = row.row(0);
      for (int e = 0; e < set.size(); e++) {
        sum[e] += mean[e];
        last[e] = mean[e];
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      double[] memory = set.memory();
      if (memory[CHOSEN] == 0) {
        score(set, Kind.EVERYTHING, part(local, set.budget()), scores);
      } else {
        score(set, KINDS[(int) memory[CHOSEN] - 1], (int) memory[NEWEST], scores);
      }
    }

    /**
     * Ranks lie factors of 2^250 apart, so that none reaches into the next and, unlike with a term
     * added, no order within a rank is lost; what is added keeps 0 below the smallest attention.
     */
    private void score(KvSet set, Kind kind, int newest, double[] scores) {
      double[] sum = set.column(SUM);
      for (int e = 0; e < set.size(); e++) {
        double attention = sum[e] / (set.queries() - set.position(e));
        scores[e] = Math.scalb(attention + 0x1p-200, 250 * rank(set, e, kind, newest));
      }
    }

    private int rank(KvSet set, int entry, Kind kind, int newest) {
      if (special.get(set.token(entry))) {
        return 3;
      }
      if (kind != Kind.SPECIAL && punctuation.get(set.token(entry))) {
        return 2;
      }
      boolean window = kind == Kind.LOCAL || kind == Kind.EVERYTHING;
      return window && entry >= set.size() - newest ? 1 : 0;
    }

    private static int part(double ratio, int states) {
      return (int) Math.ceil(ratio * states);
    }

    @Override
    public double demand(KvSet set) {
      double[] memory = set.memory();
      if (memory[CHOSEN] != 0) {
        return set.budget();
      }
      int newest = part(local, set.size());
      memory[NEWEST] = newest;
      for (Kind kind : KINDS) {
        int states = states(set, kind, newest);
        if (kind != Kind.EVERYTHING && attention(set, kind, newest, states) >= threshold) {
          memory[CHOSEN] = 1 + kind.ordinal();
          return states;
        }
      }
      memory[CHOSEN] = 1 + Kind.EVERYTHING.ordinal();
      return Integer.MAX_VALUE;
    }

    /** States that a class has now. */
    private int states(KvSet set, Kind kind, int newest) {
      int ranked = 0;
      for (int e = 0; e < set.size(); e++) {
        ranked += rank(set, e, kind, newest) > 0 ? 1 : 0;
      }
      boolean others = kind == Kind.FREQUENT || kind == Kind.LOCAL;
      return ranked + (others ? Math.min(part(frequent, set.size()), set.size() - ranked) : 0);
    }

    /** What the newest query pays to the states of a class: those that leave last. */
    private double attention(KvSet set, Kind kind, int newest, int states) {
      double[] last = set.column(LAST);
      double[] scores = new double[set.size()];
      score(set, kind, newest, scores);
      return IntStream.range(0, set.size())
          .boxed()
          .sorted(
              Comparator.<Integer>comparingDouble(e -> scores[e]).thenComparing(e -> e).reversed())
          .limit(states)
          .mapToDouble(e -> last[e])
          .sum();
    }
  }
}

package org.msrnn.policies;

import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * {@code keyformer}: of the states before the last r, the one with the least sum of a noisy softmax
 * leaves: {@code S_j = sum_t mean_h softmax_j((x[t][h][j] + g[t][h][j]) / tau_t)} with the logits x
 * over the states held, standard Gumbel noise g, and {@code tau_t = min(tau-end, tau + t tau-step)}
 * at query t, from 0.
 *
 * <p>Noise follows from the seed, the set, the query, the state's position and the query head
 * alone. Column 1 is scratch: the weights of one head while they are added.
 *
 * <p>Options: {@code recent=r} (three tenths of k, rounded down, unless given), {@code tau} (1),
 * {@code tau-step} (0.01), {@code tau-end} (2), {@code noise=false}, {@code granularity} ({@code
 * kv-head} unless given).
 */
public final class KeyformerPolicy implements EvictionPolicyProvider {
  private static final int USUAL = -1;

  /** For the service loader. */
  public KeyformerPolicy() {}

  @Override
  public String name() {
    return "keyformer";
  }

  @Override
  public String summary() {
    return "outside a recent window, the least sum of a softmax with Gumbel noise leaves";
  }

  @Override
  public String paper() {
    return "arXiv 2403.09054, section 3 and algorithm 1";
  }

  @Override
  public String differences() {
    return "The paper raises tau from 1 to 2 over the length of the text to be generated, the"
        + " authors' code (d-matrix-ai/keyformer-llm) by 0.01 a generated token without end; a"
        + " stream has no length and no seam between prompt and text, so tau rises by 0.01 a query"
        + " up to 2. The code keeps a set a query head and sums over the sequences of a batch; here"
        + " a group shares a set, and each sequence has its own sums.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    double tau = options.number("tau", 1, .001, 1000);
    double end = options.number("tau-end", Math.max(2, tau), .001, 1000);
    if (end < tau) {
      throw options.refusal("tau-end", "'" + end + "' with tau " + tau, "tau or more");
    }
    return new Keyformer(
        options.choice("granularity", Granularity.KV_HEAD),
        options.integer("recent", "3/10 of k", 0, Integer.MAX_VALUE).orElse(USUAL),
        tau,
        options.number("tau-step", 0.01, 0, 1000),
        end,
        options.flag("noise", true));
  }

  private record Keyformer(
      Granularity granularity, int recent, double tau, double step, double end, boolean noise)
      implements EvictionPolicy {

    @Override
    public Signals observes() {
      return Signals.perQueryHead().withLogits().withLastQueries(Signals.ALL_QUERIES);
    }

    @Override
    public int columns(SetShape shape) {
      return 2;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      double temperature = Math.min(end, tau + step * (set.queries() - 1));
      for (int h = 0; h < row.rows(); h++) {
        add(set, h, row.row(h), temperature, row.rows());
      }
    }

    /** Adds the weights of a query head, divided by the number of heads. */
    private void add(KvSet set, int head, float[] logits, double temperature, int heads) {
      double[] weight = set.column(1);
      double most = Double.NEGATIVE_INFINITY;
      for (int e = 0; e < set.size(); e++) {
        double disturbed = noise ? logits[e] + gumbel(set.random(e), head) : logits[e];
        weight[e] = disturbed / temperature;
        most = Math.max(most, weight[e]);
      }
      double total = 0;
      for (int e = 0; e < set.size(); e++) {
        weight[e] = Math.exp(weight[e] - most);
        total += weight[e];
      }
      double[] sum = set.column(0);
      for (int e = 0; e < set.size(); e++) {
        sum[e] += weight[e] / total / heads;
      }
    }

    /** A standard Gumbel number of a query head, from a uniform number of the whole set. */
    private static double gumbel(double uniform, int head) {
      long mixed = Double.doubleToLongBits(uniform) + (head + 1) * 0x9e3779b97f4a7c15L;
      mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L; // the output function of SplitMix64
      mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
      mixed ^= mixed >>> 31;
      double open = ((mixed >>> 12) + 0.5) * 0x1p-52; // neither 0 nor 1
      return -Math.log(-Math.log(open));
    }

    @Override
    public void score(KvSet set, double[] scores) {
      System.arraycopy(set.column(0), 0, scores, 0, set.size());
    }

    @Override
    public Pins pins(int states) {
      return new Pins(0, recent == USUAL ? (int) (3L * states / 10) : recent);
    }
  }
}

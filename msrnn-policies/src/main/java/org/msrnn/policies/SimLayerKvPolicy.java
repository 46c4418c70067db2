package org.msrnn.policies;

import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * {@code sim-layer-kv}: the oldest state after the first {@code sinks} leaves; a layer whose last w
 * queries pay {@code threshold} or more of their attention to the first {@code sinks} and the last
 * {@code recent} tokens is lazy and keeps those alone, and the other layers share what it leaves.
 *
 * <p>Comes with the planner {@link SimLayerKvBudgets sim-layer-kv}, which it tells the share of
 * attention, the mean over all query heads of the layer and over the last {@code window=w} queries.
 *
 * <p>The shares of the last w queries stand in the set's memory.
 */
public final class SimLayerKvPolicy implements EvictionPolicyProvider {
  /** For the service loader. */
  public SimLayerKvPolicy() {}

  @Override
  public String name() {
    return "sim-layer-kv";
  }

  @Override
  public String summary() {
    return "the oldest after the sinks leaves; layers that look at sinks and recent states alone"
        + " keep those";
  }

  @Override
  public String paper() {
    return "arXiv 2410.13846";
  }

  @Override
  public String differences() {
    return "In the paper layers that are not lazy keep everything, so that the state is not"
        + " bounded; here they share what lazy layers leave of k, and their oldest states"
        + " leave. The threshold is the authors' for Llama 3; they set 0.65 for Llama 2, 0.8"
        + " for Mistral and 0.85 for Qwen 2.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new SimLayerKv(
        options.integer("window", 32, 1, 10_000), SimLayerKvBudgets.planner(options));
  }

  private record SimLayerKv(int window, SimLayerKvBudgets.Lazy lazy) implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.mean().withLastQueries(window);
    }

    @Override
    public int memory(SetShape shape) {
      return window;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      float[] mean = row.row(0);
      double share = 0;
      for (int e = 0; e < set.size(); e++) {
        long position = set.position(e);
        if (position < lazy.sinks() || position > row.queryPosition() - lazy.recent()) {
          share += mean[e];
        }
      }
      set.memory()[(int) (row.queryPosition() % window)] = share;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = set.position(e);
      }
    }

    @Override
    public Pins pins(int states) {
      return new Pins(lazy.sinks(), 0);
    }

    @Override
    public BudgetPlanner budgets() {
      return lazy;
    }

    @Override
    public double demand(KvSet set) {
      double sum = 0;
      for (double share : set.memory()) {
        sum += share;
      }
      return sum / Math.min(window, set.queries());
    }
  }
}

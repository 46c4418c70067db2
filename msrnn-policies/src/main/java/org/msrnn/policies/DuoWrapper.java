package org.msrnn.policies;

import java.util.Arrays;
import java.util.Optional;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code duo}: a file says which KV heads retrieve, by a gate value of {@code threshold} or more;
 * the others are streaming heads: {@code tova:granularity=kv-head+duo:gates.tsv}. A streaming head
 * keeps the first {@code sinks} and the last {@code recent} tokens, a retrieval head what the
 * policy says.
 *
 * <p>Brings its planner: a streaming head has {@code sinks + recent} states, at most k, and the
 * retrieval heads share the rest equally, to the state. A streaming head with a smaller budget
 * keeps sinks and recent states in the same proportion.
 *
 * <p>The file: a line a layer, in it a number a KV head, with tabs or spaces between, as the
 * authors' {@code full_attention_heads.tsv}.
 */
public final class DuoWrapper implements PolicyWrapperProvider {
  /** For the service loader. */
  public DuoWrapper() {}

  @Override
  public String name() {
    return "duo";
  }

  @Override
  public String summary() {
    return "KV heads that a file calls streaming heads keep sinks and recent states alone";
  }

  @Override
  public String paper() {
    return "arXiv 2410.10819";
  }

  @Override
  public String differences() {
    return "In the paper retrieval heads keep everything, so that the state is not bounded; here"
        + " they share what the streaming heads leave of k and drop states by the policy.";
  }

  @Override
  public EvictionPolicy wrap(EvictionPolicy policy, Options options) {
    String file = options.text("duo", "", "a file with a line a layer and a gate value a KV head");
    double threshold = options.number("threshold", 0.5, -Double.MAX_VALUE, Double.MAX_VALUE);
    int sinks = options.integer("sinks", 128, 0, 1_000_000_000);
    int recent = options.integer("recent", 256, 1, 1_000_000_000);
    if (policy.granularity() != Granularity.KV_HEAD) {
      throw options.refusal(
          "duo", "around " + policy, "around a policy of granularity kv-head: heads differ");
    }
    HeadGates gates = HeadGates.read(file, threshold, options);
    return new Duo(policy, gates, new Planner(gates, sinks, recent));
  }

  private record Duo(EvictionPolicy policy, HeadGates gates, Planner budgets)
      implements WrappedPolicy {
    @Override
    public void observe(KvSet set, AttentionRow row) {
      if (gates.retrieves(set.layer(), set.kvHead())) {
        policy.observe(set, row);
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      if (gates.retrieves(set.layer(), set.kvHead())) {
        policy.score(set, scores);
      } else {
        stream(set, scores);
      }
    }

    /** Sinks have scores above 0, all others 0 or less; both by age. */
    private void stream(KvSet set, double[] scores) {
      long first = budgets.sinks(set.budget());
      long newest = set.position(set.size() - 1);
      for (int e = 0; e < set.size(); e++) {
        long position = set.position(e);
        scores[e] = position < first ? position + 1 : position - newest;
      }
    }

    @Override
    public boolean positional() {
      return false;
    }

    @Override
    public Optional<ScoreProgram> program() {
      return Optional.empty();
    }
  }

  private record Planner(HeadGates gates, int sinks, int recent) implements BudgetPlanner {
    @Override
    public Budgets plan(Request request) {
      if (gates.layers() != request.layers() || gates.kvHeads() != request.kvHeads()) {
        throw new InvalidOptionException(
            "duo",
            "a file for " + gates.layers() + " layers of " + gates.kvHeads() + " KV heads",
            request.layers() + " layers of " + request.kvHeads() + ", as the model has");
      }
      int streaming = Math.max(request.least(), Math.min(sinks + recent, request.states()));
      int[][] all = new int[request.layers()][request.kvHeads()];
      Arrays.stream(all).forEach(layer -> Arrays.fill(layer, streaming));
      int heads = gates.retrieval().cardinality();
      if (heads > 0) {
        long rest = request.total() - (request.total() / request.states() - heads) * streaming;
        int[] shares = Budgets.share(rest, new double[heads], request.least());
        int next = 0;
        for (int i = gates.retrieval().nextSetBit(0); i >= 0; ) {
          all[i / request.kvHeads()][i % request.kvHeads()] = shares[next++];
          i = gates.retrieval().nextSetBit(i + 1);
        }
      }
      return Budgets.of(all);
    }

    /** Sinks of a streaming head with a budget that may be below {@code sinks + recent}. */
    long sinks(int budget) {
      return Math.min(sinks, (long) budget * sinks / ((long) sinks + recent));
    }

    @Override
    public String toString() {
      return "duo:sinks=" + sinks + ",recent=" + recent + "," + gates;
    }
  }
}

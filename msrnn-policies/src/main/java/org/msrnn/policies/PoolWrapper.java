package org.msrnn.policies;

import java.util.Optional;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code pool}: each state's score becomes the average, or the largest, of the policy's scores of
 * the n states around it, in the order of positions, half of them on each side: {@code
 * h2o+pool:5,kind=max}. As PyTorch's {@code avg_pool1d} and {@code max_pool1d} with stride 1 and
 * padding n / 2 do it: an average always divides by n, places beyond the ends count as 0.
 *
 * <p>Pinned entries are such places beyond the ends, as the window of SnapKV is: their scores count
 * for nothing, not for their neighbours either. The average raises scores below 0 at the ends.
 *
 * <p>Keeps the policy's scores in a column of its own while it pools.
 */
public final class PoolWrapper implements PolicyWrapperProvider {
  private static final int MOST = 9999;

  private enum Kind {
    AVG,
    MAX
  }

  /** For the service loader. */
  public PoolWrapper() {}

  @Override
  public String name() {
    return "pool";
  }

  @Override
  public String summary() {
    return "scores are averaged, or their maximum taken, over n neighbouring states";
  }

  @Override
  public String paper() {
    return "arXiv 2404.14469";
  }

  @Override
  public String differences() {
    return "SnapKV's code pools each query head before it averages over a group; the order matters"
        + " for kind=max alone.";
  }

  @Override
  public EvictionPolicy wrap(EvictionPolicy policy, Options options) {
    int width = options.integer("pool", 5, 1, MOST);
    if (width % 2 == 0) {
      throw options.refusal("pool", "'" + width + "'", "an odd number, 1 to " + MOST);
    }
    return new Pool(policy, width, options.choice("kind", Kind.AVG));
  }

  private record Pool(EvictionPolicy policy, int width, Kind kind) implements WrappedPolicy {
    @Override
    public int columns(SetShape shape) {
      return policy.columns(shape) + 1;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      policy.score(set, scores);
      double[] inner = set.column(policy.columns(set.shape()));
      System.arraycopy(scores, 0, inner, 0, set.size());
      int first = 0;
      int end = set.size();
      while (first < end && set.pinned(first)) {
        first++;
      }
      while (first < end && set.pinned(end - 1)) {
        end--;
      }
      for (int e = first; e < end; e++) {
        int from = Math.max(first, e - width / 2);
        int to = Math.min(end, e + width / 2 + 1);
        scores[e] = kind == Kind.AVG ? average(inner, from, to) : largest(inner, from, to);
      }
    }

    private double average(double[] inner, int from, int to) {
      double sum = 0;
      for (int e = from; e < to; e++) {
        sum += inner[e];
      }
      return sum / width;
    }

    private static double largest(double[] inner, int from, int to) {
      double largest = inner[from];
      for (int e = from + 1; e < to; e++) {
        largest = Math.max(largest, inner[e]);
      }
      return largest;
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
}

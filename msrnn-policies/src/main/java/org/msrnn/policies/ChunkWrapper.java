package org.msrnn.policies;

import java.util.Optional;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.WrappedPolicy;

/**
 * {@code chunk}: tokens are judged in chunks of n neighbours, {@code position / n} (rounded down)
 * being a chunk: {@code snapkv+chunk:10}. All states of a chunk have one score, the mean of the
 * policy's scores of those that are still held, so that the chunk with the lowest mean leaves,
 * state by state, the oldest first.
 *
 * <p>Pinned entries keep out of the mean and keep their own scores, which count for nothing.
 */
public final class ChunkWrapper implements PolicyWrapperProvider {
  /** For the service loader. */
  public ChunkWrapper() {}

  @Override
  public String name() {
    return "chunk";
  }

  @Override
  public String summary() {
    return "n neighbouring tokens share one score, their mean (ChunkKV)";
  }

  @Override
  public String paper() {
    return "arXiv 2502.00299";
  }

  @Override
  public String differences() {
    return "The authors drop whole chunks at the end of a prompt, and reuse one layer's choice in"
        + " the next layers; here states leave one at a time, as many as needed, the mean is"
        + " over the states of a chunk that are left, and each layer chooses for itself.";
  }

  @Override
  public EvictionPolicy wrap(EvictionPolicy policy, Options options) {
    return new Chunk(policy, options.integer("chunk", 10, 1, Integer.MAX_VALUE));
  }

  private record Chunk(EvictionPolicy policy, int tokens) implements WrappedPolicy {
    @Override
    public void score(KvSet set, double[] scores) {
      policy.score(set, scores);
      int from = 0;
      while (from < set.size()) {
        from = shareMean(set, scores, from);
      }
    }

    /** The chunk that begins at an entry; returns the first entry after it. */
    private int shareMean(KvSet set, double[] scores, int from) {
      long chunk = set.position(from) / tokens;
      double mean = 0;
      int counted = 0;
      int to = from;
      for (; to < set.size() && set.position(to) / tokens == chunk; to++) {
        if (!set.pinned(to)) {
          counted++;
          mean += scores[to] / counted - mean / counted; // equal scores stay what they are
        }
      }
      for (int e = from; e < to; e++) {
        scores[e] = set.pinned(e) ? scores[e] : mean;
      }
      return to;
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

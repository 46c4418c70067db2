package org.msrnn.policies;

import java.util.Arrays;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/**
 * {@code keydiff}: the state whose key is most like the others' leaves: {@code score_j = -cos(k_j,
 * mean_i k_i / |k_i|)}, with the mean over all states held; of a set that several KV heads share,
 * the mean of their scores.
 *
 * <p>Every step moves the mean and with it every score, and the key that left cannot be read again
 * to be taken out of a running sum. So both passes over the keys are inherent: a step reads each
 * key twice and takes 3 d multiplications a state and KV head.
 *
 * <p>Option: {@code granularity=layer} lets the heads of a layer share one set.
 */
public final class KeyDiffPolicy implements EvictionPolicyProvider {
  /** For the service loader. */
  public KeyDiffPolicy() {}

  @Override
  public String name() {
    return "keydiff";
  }

  @Override
  public String summary() {
    return "the state whose key is most like the mean key leaves";
  }

  @Override
  public String paper() {
    return "arXiv 2504.15364, section 3";
  }

  @Override
  public String differences() {
    return "The authors reduce a prompt block by block; here a state leaves at every step."
        + " Keys are compared as they are stored: rotated with original positions, as theirs are,"
        + " and not rotated with schemes that rotate at read.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new KeyDiff(options.choice("granularity", Granularity.KV_HEAD));
  }

  private record KeyDiff(Granularity granularity) implements EvictionPolicy {
    private static final int NORM = 0;

    @Override
    public Signals observes() {
      return Signals.NONE.withKeys();
    }

    /** Room for the lengths of one head's keys. */
    @Override
    public int columns(SetShape shape) {
      return 1;
    }

    /** Room for the sum of one head's keys. */
    @Override
    public int memory(SetShape shape) {
      return shape.headSize();
    }

    @Override
    public void score(KvSet set, double[] scores) {
      Arrays.fill(scores, 0, set.size(), 0);
      for (int h = 0; h < set.kvHeads(); h++) {
        anchor(set, h);
        subtractCosines(set, h, scores);
      }
    }

    /** Sums the normalised keys of a head; its direction is that of their mean. */
    private static void anchor(KvSet set, int head) {
      double[] anchor = set.memory();
      double[] norm = set.column(NORM);
      float[] key = set.scratch();
      Arrays.fill(anchor, 0);
      for (int e = 0; e < set.size(); e++) {
        set.key(head, e, key);
        norm[e] = Math.sqrt(Vectors.squares(key));
        for (int i = 0; norm[e] > 0 && i < key.length; i++) {
          anchor[i] += key[i] / norm[e];
        }
      }
    }

    private static void subtractCosines(KvSet set, int head, double[] scores) {
      double[] anchor = set.memory();
      double[] norm = set.column(NORM);
      float[] key = set.scratch();
      double length = Math.sqrt(Vectors.dot(anchor, 0, anchor, 0, key.length));
      for (int e = 0; e < set.size(); e++) {
        set.key(head, e, key);
        if (norm[e] > 0 && length > 0) { // a key of zeros has no direction
          scores[e] -= Vectors.dot(key, anchor, 0) / norm[e] / length / set.kvHeads();
        }
      }
    }
  }
}

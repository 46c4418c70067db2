package org.msrnn.policies;

import java.util.Optional;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.Signals;

/**
 * {@code window}: the oldest state leaves; {@code window:sinks=i}, written {@code window+i} for
 * short, keeps the first i for ever. The states kept at step t are the first i and the last k - i.
 */
public final class WindowPolicy implements EvictionPolicyProvider {
  /** For the service loader. */
  public WindowPolicy() {}

  @Override
  public String name() {
    return "window";
  }

  @Override
  public String summary() {
    return "the oldest state leaves, after the first sinks=i";
  }

  @Override
  public String paper() {
    return "arXiv 2401.06104, section 4.1 (Window and Window+i)";
  }

  @Override
  public String differences() {
    return "Positions are original ones, as in that paper; streaming-llm is the same policy with"
        + " positions in the cache.";
  }

  @Override
  public EvictionPolicy create(Options options) {
    return new Window(options.integer("sinks", 0, 0, Integer.MAX_VALUE));
  }

  /** The policy; {@link StreamingLlmPolicy} has it too. */
  record Window(int sinks) implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.NONE;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = set.position(e);
      }
    }

    @Override
    public Pins pins(int states) {
      return new Pins(sinks, 0);
    }

    @Override
    public boolean positional() {
      return true;
    }

    @Override
    public Optional<ScoreProgram> program() {
      return Optional.of(new ScoreProgram.Position());
    }
  }
}

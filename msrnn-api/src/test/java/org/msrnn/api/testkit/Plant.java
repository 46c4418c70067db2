package org.msrnn.api.testkit;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;

/** Policies made for a test out of a correct one. */
final class Plant {
  private Plant() {}

  /** Drops the oldest; the smallest correct policy. */
  static class Oldest implements EvictionPolicy {
    @Override
    public String toString() {
      return getClass().getName();
    }

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
  }

  /** Drops what the newest query attends to least; the smallest correct policy with rows. */
  static class LastRow implements EvictionPolicy {
    @Override
    public String toString() {
      return getClass().getName();
    }

    @Override
    public Signals observes() {
      return Signals.mean();
    }

    @Override
    public int columns(SetShape shape) {
      return 1;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      for (int e = 0; e < set.size(); e++) {
        set.column(0)[e] = row.row(0)[e];
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      System.arraycopy(set.column(0), 0, scores, 0, set.size());
    }
  }

  /** Drops what all queries attended to least, with the program that says so. */
  static class Sum extends LastRow {
    @Override
    public Signals observes() {
      return Signals.mean().withLastQueries(Signals.ALL_QUERIES);
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      for (int e = 0; e < set.size(); e++) {
        set.column(0)[e] += row.row(0)[e];
      }
    }

    @Override
    public Optional<ScoreProgram> program() {
      return Optional.of(new ScoreProgram.Accumulate(1, 1));
    }
  }

  /** A provider with these answers. */
  record Provider(
      Supplier<String> called, Supplier<String> line, Function<Options, EvictionPolicy> maker)
      implements EvictionPolicyProvider {
    @Override
    public String name() {
      return called.get();
    }

    @Override
    public String summary() {
      return line.get();
    }

    @Override
    public EvictionPolicy create(Options options) {
      return maker.apply(options);
    }
  }

  static Provider policy(Supplier<EvictionPolicy> policy) {
    return options(_ -> policy.get());
  }

  static Provider options(Function<Options, EvictionPolicy> maker) {
    return new Provider(() -> "planted", () -> "made for a test", maker);
  }

  static Provider name(Supplier<String> name) {
    return new Provider(name, () -> "made for a test", _ -> new Oldest());
  }

  static Provider summary(String summary) {
    return new Provider(() -> "planted", () -> summary, _ -> new Oldest());
  }

  static PolicyContract contract(EvictionPolicyProvider provider) {
    return PolicyContract.of(provider, Map.of());
  }
}

package org.msrnn.api.testkit;

import java.util.ArrayList;
import java.util.List;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.Signals;

/** What policies observe of attention. */
final class TapRules {
  private final Twins twins;

  TapRules(Twins twins) {
    this.twins = twins;
  }

  void addTo(List<Rule> rules, Seeded.Source source) {
    for (AttentionTrial.Taps taps : all()) {
      String what = taps.rows() + (taps.logits() ? " logits" : " " + taps.reduce());
      rules.add(new Rule("tap " + what, () -> check(taps, source.get())));
    }
  }

  private static List<AttentionTrial.Taps> all() {
    List<AttentionTrial.Taps> all = new ArrayList<>();
    for (Signals.Reduce reduce : Signals.Reduce.values()) {
      all.add(new AttentionTrial.Taps(Signals.Rows.SET, reduce, false));
      all.add(new AttentionTrial.Taps(Signals.Rows.KV_HEADS, reduce, false));
    }
    for (boolean logits : new boolean[] {false, true}) {
      all.add(new AttentionTrial.Taps(Signals.Rows.QUERY_HEADS, Signals.Reduce.MEAN, logits));
    }
    return all;
  }

  private void check(AttentionTrial.Taps taps, Seeded seeded) {
    for (int group : twins.sizes(1, 2, 3, 4, 8)) {
      for (int heads : new int[] {1, 3}) {
        for (int extent : twins.sizes(1, 8, 33, 65)) {
          AttentionTrial trial = AttentionTrial.of(heads, group, 20, extent, 1);
          trial.holes(extent / 3).check(twins, seeded, taps);
        }
      }
    }
    AttentionTrial trial = AttentionTrial.of(2, 3, 32, 257, 1);
    trial.check(twins, seeded, taps);
    trial.band(2, 9).check(twins, seeded, taps);
    trial.band(0, 1).holes(100).check(twins, seeded, taps);
    trial.capped(2).growing().check(twins, seeded, taps);
    trial.rotated(Rope.of(32, 10_000)).holes(50).check(twins, seeded, taps);
    for (KvType type : KvType.values()) {
      if (twins.offers(type)) {
        trial.holes(20).in(type).check(twins, seeded, taps);
      }
    }
  }
}

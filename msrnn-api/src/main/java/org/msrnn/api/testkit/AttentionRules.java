package org.msrnn.api.testkit;

import java.util.ArrayList;
import java.util.List;
import org.msrnn.api.backend.Rope;

/** Attention without taps. */
final class AttentionRules {
  private static final int[] GROUPS = {1, 2, 3, 4, 8};
  private static final int[] SIZES = {8, 16, 20, 32, 64, 80, 96, 128, 256};
  private static final int[] EXTENTS = {1, 3, 7, 8, 13, 31, 32, 33, 63, 65, 127, 255, 256, 257};

  private final Twins twins;

  AttentionRules(Twins twins) {
    this.twins = twins;
  }

  void addTo(List<Rule> rules, Seeded.Source source) {
    rules.add(new Rule("attention over any number of slots", () -> extents(source.get())));
    rules.add(new Rule("attention with heads of any size", () -> sizes(source.get())));
    rules.add(new Rule("attention of any group of query heads", () -> groups(source.get())));
    rules.add(new Rule("slots not in use are never seen", () -> holes(source.get())));
    rules.add(new Rule("later positions are not seen", () -> causal(source.get())));
    rules.add(new Rule("sinks and a window are seen alone", () -> bands(source.get())));
    rules.add(new Rule("attention after reserve", () -> growing(source.get())));
    rules.add(new Rule("attention with capped logits", () -> capped(source.get())));
    rules.add(new Rule("keys are rotated at read", () -> rotated(source.get())));
    rules.add(new Rule("attention within parallel", () -> withinParallel(source.get())));
  }

  private void check(AttentionTrial trial, Seeded seeded) {
    trial.check(twins, seeded, null);
  }

  private void extents(Seeded seeded) {
    for (int extent : EXTENTS) {
      check(AttentionTrial.of(2, GROUPS[extent % GROUPS.length], 32, extent, 1), seeded);
    }
    check(AttentionTrial.of(1, 4, 32, 1023, 1), seeded);
  }

  private void sizes(Seeded seeded) {
    for (int size : SIZES) {
      for (int group : new int[] {1, 4}) {
        check(AttentionTrial.of(2, group, size, 45, 1), seeded);
      }
    }
  }

  private void groups(Seeded seeded) {
    for (int group : GROUPS) {
      for (int heads : new int[] {1, 3}) {
        check(AttentionTrial.of(heads, group, 20, 37, 1), seeded);
        check(AttentionTrial.of(heads, group, 20, 37, 5), seeded);
      }
    }
  }

  private void holes(Seeded seeded) {
    for (int extent : EXTENTS) {
      for (int free : new int[] {extent / 3, extent - 1}) {
        check(AttentionTrial.of(2, 2, 16, extent, 1).holes(free), seeded);
      }
    }
    check(AttentionTrial.of(2, 1, 20, 97, 5).holes(60), seeded);
    check(AttentionTrial.of(2, 4, 20, 97, 5).holes(60), seeded);
  }

  private void causal(Seeded seeded) {
    for (int rows : new int[] {2, 3, 4, 5, 7, 8, 13, 33}) {
      for (int group : GROUPS) {
        check(AttentionTrial.of(2, group, 16, rows, rows), seeded);
        check(AttentionTrial.of(2, group, 16, rows + 29, rows).holes(5), seeded);
      }
    }
  }

  private void bands(Seeded seeded) {
    for (int window : new int[] {1, 2, 8, 40}) {
      for (int sinks : new int[] {0, 1, 4}) {
        check(AttentionTrial.of(2, 2, 16, 50, 1).band(sinks, window), seeded);
        check(AttentionTrial.of(2, 1, 16, 130, 130).band(sinks, window), seeded);
        check(AttentionTrial.of(1, 3, 20, 77, 13).band(sinks, window).holes(20), seeded);
      }
    }
  }

  private void growing(Seeded seeded) {
    for (int extent : new int[] {3, 33, 65, 200}) {
      check(AttentionTrial.of(3, 2, 20, extent, 1).growing(), seeded);
      check(AttentionTrial.of(2, 4, 16, extent, 3).growing().holes(extent / 4), seeded);
    }
  }

  private void capped(Seeded seeded) {
    for (float cap : new float[] {0.5f, 5, 50}) {
      check(AttentionTrial.of(2, 2, 32, 65, 1).capped(cap), seeded);
      check(AttentionTrial.of(2, 1, 20, 33, 7).capped(cap).holes(3), seeded);
    }
  }

  private void rotated(Seeded seeded) {
    for (int size : new int[] {8, 20, 32, 64, 80}) {
      for (Rope rope : new Rope[] {Rope.of(size, 10_000), Rope.of(size / 4 * 2, 500)}) {
        check(AttentionTrial.of(2, 2, size, 45, 1).rotated(rope), seeded);
        check(AttentionTrial.of(2, 1, size, 45, 1).rotated(rope).holes(9).growing(), seeded);
        check(AttentionTrial.of(1, 4, size, 33, 5).rotated(rope).band(2, 9), seeded);
      }
    }
  }

  private void withinParallel(Seeded seeded) {
    AttentionTrial trial = AttentionTrial.of(2, 2, 20, 60, 3).holes(7);
    List<AttentionTrial.Prepared> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(trial.prepare(twins, seeded, null));
    }
    twins.candidate.kernels().parallel(all.size(), i -> all.get(i).attend());
    for (AttentionTrial.Prepared one : all) {
      one.compare();
      one.close();
    }
  }
}

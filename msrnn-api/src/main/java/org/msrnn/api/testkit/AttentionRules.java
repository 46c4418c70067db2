package org.msrnn.api.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.SlotView;
import org.msrnn.api.policy.Signals;

/** Attention without taps. */
final class AttentionRules {
  private static final int[] GROUPS = {1, 2, 3, 4, 8};
  private static final int[] SIZES = {8, 16, 20, 32, 64, 80, 96, 128, 256};
  private static final int[] EXTENTS = {1, 3, 7, 8, 13, 31, 32, 33, 63, 65, 127, 255, 256, 257};

  private final Twins twins;
  private final KvType type;

  /** Rules for keys and values in a format. */
  AttentionRules(Twins twins, KvType type) {
    this.twins = twins;
    this.type = type;
  }

  void addTo(List<Rule> rules, Seeded.Source source) {
    add(rules, "attention over any number of slots", source, this::extents);
    if (twins.quick && type != KvType.F32) {
      return; // the formats differ in how numbers are loaded alone
    }
    add(rules, "attention with heads of any size", source, this::sizes);
    add(rules, "attention of any group of query heads", source, this::groups);
    add(rules, "slots not in use are never seen", source, this::holes);
    add(rules, "later positions are not seen", source, this::causal);
    add(rules, "sinks and a window are seen alone", source, this::bands);
    add(rules, "attention after reserve", source, this::growing);
    add(rules, "attention with capped logits", source, this::capped);
    add(rules, "keys are rotated at read", source, this::rotated);
    if (!twins.quick) {
      add(rules, "a state alone gives its key and value", source, this::alone);
    }
    add(rules, "attention within parallel", source, this::withinParallel);
  }

  private void add(List<Rule> rules, String name, Seeded.Source source, Consumer<Seeded> check) {
    String ofType = type == KvType.F32 ? name : name + ", keys and values in " + type;
    rules.add(
        new Rule(
            ofType,
            () -> {
              if (twins.offers(type)) {
                check.accept(source.get());
              }
            }));
  }

  private void check(AttentionTrial trial, Seeded seeded) {
    trial.in(type).check(twins, seeded, null);
  }

  private void extents(Seeded seeded) {
    for (int extent : twins.sizes(EXTENTS)) {
      check(AttentionTrial.of(2, GROUPS[extent % GROUPS.length], 32, extent, 1), seeded);
    }
    check(AttentionTrial.of(1, 4, 32, 1023, 1), seeded);
  }

  private void sizes(Seeded seeded) {
    for (int size : twins.sizes(SIZES)) {
      for (int group : new int[] {1, 4}) {
        check(AttentionTrial.of(2, group, size, 45, 1), seeded);
      }
    }
  }

  private void groups(Seeded seeded) {
    for (int group : twins.sizes(GROUPS)) {
      for (int heads : new int[] {1, 3}) {
        check(AttentionTrial.of(heads, group, 20, 37, 1), seeded);
        check(AttentionTrial.of(heads, group, 20, 37, 5), seeded);
      }
    }
  }

  private void holes(Seeded seeded) {
    for (int extent : twins.sizes(EXTENTS)) {
      for (int free : new int[] {extent / 3, extent - 1}) {
        check(AttentionTrial.of(2, 2, 16, extent, 1).holes(free), seeded);
      }
    }
    check(AttentionTrial.of(2, 1, 20, 97, 5).holes(60), seeded);
    check(AttentionTrial.of(2, 4, 20, 97, 5).holes(60), seeded);
  }

  private void causal(Seeded seeded) {
    for (int rows : twins.sizes(2, 3, 4, 5, 7, 8, 13, 33)) {
      for (int group : twins.sizes(GROUPS)) {
        check(AttentionTrial.of(2, group, 16, rows, rows), seeded);
        check(AttentionTrial.of(2, group, 16, rows + 29, rows).holes(5), seeded);
      }
    }
  }

  private void bands(Seeded seeded) {
    for (int window : twins.sizes(1, 2, 8, 40)) {
      for (int sinks : new int[] {0, 1, 4}) {
        check(AttentionTrial.of(2, 2, 16, 50, 1).band(sinks, window), seeded);
        check(AttentionTrial.of(2, 1, 16, 130, 130).band(sinks, window), seeded);
        check(AttentionTrial.of(1, 3, 20, 77, 13).band(sinks, window).holes(20), seeded);
      }
    }
  }

  private void growing(Seeded seeded) {
    for (int extent : twins.sizes(3, 33, 65, 200)) {
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
    for (int size : twins.sizes(8, 20, 32, 64, 80)) {
      for (Rope rope : new Rope[] {Rope.of(size, 10_000), Rope.of(size / 4 * 2, 500)}) {
        check(AttentionTrial.of(2, 2, size, 45, 1).rotated(rope), seeded);
        check(AttentionTrial.of(2, 1, size, 45, 1).rotated(rope).holes(9).growing(), seeded);
        check(AttentionTrial.of(1, 4, size, 33, 5).rotated(rope).band(2, 9), seeded);
      }
    }
  }

  private void withinParallel(Seeded seeded) {
    AttentionTrial trial = AttentionTrial.of(2, 2, 20, 60, 3).holes(7).in(type);
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

  /** All finite numbers of 16 bits, as keys that queries pick one by one, and as values. */
  private void alone(Seeded seeded) {
    int size = 64;
    float[] pick = new float[size * size];
    for (int i = 0; i < size; i++) {
      pick[i * size + i] = 1;
    }
    try (KvBuffer kv = twins.candidate.allocateKv(1, size, 1, type);
        var queries = twins.candidate.allocate(1, size * size);
        var out = twins.candidate.allocate(1, size * size);
        var tap = twins.candidate.allocate(size, 1)) {
      twins.candidate.kernels().write(pick, queries, 0);
      AttentionCall call = new AttentionCall(queries, out, kv, new One(), 0, size, 1, 0, null);
      call.rows = 1;
      call.tap = tap;
      call.tapRows = Signals.Rows.QUERY_HEADS;
      call.tapLogits = true;
      float[] attended = new float[size * size];
      float[] logit = new float[1];
      for (int first = 0; first < 1 << 16; first += size) {
        float[] state = codes(first, size);
        twins.candidate.kernels().writeState(state, state, kv, 0, 0);
        type.round(state, 0, size);
        twins.candidate.kernels().attend(call);
        twins.candidate.kernels().read(out, 0, attended.length, attended);
        for (int i = 0; i < size; i++) {
          twins.candidate.kernels().read(tap, i, 1, logit);
          String number = seeded.label("number " + i + " of the codes from " + first);
          near("key " + number, logit[0], state[i]);
          near("value " + number, attended[(size - 1 - i) * size + i], state[i]);
        }
      }
    }
  }

  private static float[] codes(int first, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      float number = Float.float16ToFloat((short) (first + i));
      numbers[i] = Float.isFinite(number) ? number : 1;
    }
    return numbers;
  }

  private static void near(String what, float found, float wanted) {
    double error = Math.abs((double) found - wanted);
    Twins.that(
        error <= 0x1p-20 * Math.abs(wanted), what + " is " + found + " in place of " + wanted);
  }

  private record One() implements SlotView {
    @Override
    public int extent() {
      return 1;
    }

    @Override
    public int used() {
      return 1;
    }

    @Override
    public long[] positions() {
      return new long[1];
    }

    @Override
    public double @Nullable [] rotations() {
      return null;
    }
  }
}

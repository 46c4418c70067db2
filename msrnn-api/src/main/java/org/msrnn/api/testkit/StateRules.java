package org.msrnn.api.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;

/** Keys and values in one format: what was stored comes back as {@link KvType#round} says. */
final class StateRules {
  private static final int[] SIZES = {1, 3, 7, 8, 13, 31, 32, 33, 64, 80, 255, 256, 257};

  private final Twins twins;
  private final KvType type;

  StateRules(Twins twins, KvType type) {
    this.twins = twins;
    this.type = type;
  }

  void addTo(List<Rule> rules, Seeded.Source source) {
    add(rules, "a state in " + type + " comes back to the bit", source, this::states);
    if (!twins.quick) {
      add(rules, "a state in " + type + " of any magnitude", source, this::magnitudes);
    }
    add(rules, "append in " + type + " stores the heads of one row", source, this::append);
    add(rules, "reserve keeps contents in " + type, source, this::reserve);
    add(rules, "states in " + type + " are copied and read together", source, this::together);
  }

  private void add(List<Rule> rules, String name, Seeded.Source source, Consumer<Seeded> check) {
    rules.add(
        new Rule(
            name,
            () -> {
              if (twins.offers(type)) {
                check.accept(source.get());
              }
            }));
  }

  private void states(Seeded seeded) {
    for (int size : twins.sizes(SIZES)) {
      int heads = 1 + size % 3;
      int capacity = 1 + size % 40;
      try (KvBuffer kv = twins.candidate.allocateKv(heads, size, capacity, type)) {
        Twins.that(
            kv.heads() == heads
                && kv.headSize() == size
                && kv.capacity() >= capacity
                && kv.type() == type
                && kv.bytes() > 0,
            seeded.label("the store does not say what was asked for"));
        float[][][] written = fill(kv, capacity, seeded);
        check(kv, capacity, written, seeded.label("heads of " + size));
      }
    }
  }

  /** Fills all states; key and value of head h and slot s are at {@code [h * capacity + s]}. */
  float[][][] fill(KvBuffer kv, int capacity, Seeded seeded) {
    float[][][] written = new float[kv.heads() * capacity][2][];
    for (int h = 0; h < kv.heads(); h++) {
      for (int s = 0; s < capacity; s++) {
        float[] key = seeded.normal(kv.headSize(), 1);
        float[] value = seeded.normal(kv.headSize(), 1);
        twins.candidate.kernels().writeState(key, value, kv, h, s);
        written[h * capacity + s] = new float[][] {rounded(key), rounded(value)};
      }
    }
    return written;
  }

  private float[] rounded(float[] numbers) {
    float[] rounded = numbers.clone();
    type.round(rounded, 0, rounded.length);
    return rounded;
  }

  /** Compares all states with what {@link #fill} has left. */
  void check(KvBuffer kv, int capacity, float[][][] written, String label) {
    float[] key = new float[kv.headSize()];
    float[] value = new float[kv.headSize()];
    for (int h = 0; h < kv.heads(); h++) {
      for (int s = 0; s < capacity; s++) {
        twins.candidate.kernels().readState(kv, h, s, key, value);
        String what = label + ": head " + h + ", slot " + s;
        same(what + ", wrong key", key, written[h * capacity + s][0]);
        same(what + ", wrong value", value, written[h * capacity + s][1]);
      }
    }
  }

  private static void same(String what, float[] found, float[] wanted) {
    for (int i = 0; i < wanted.length; i++) {
      Twins.equal(what + ", number " + i, found[i], wanted[i]);
    }
  }

  /** Ties, denormal numbers, and numbers that the format is too small for. */
  private void magnitudes(Seeded seeded) {
    float[] numbers = new float[40];
    float[] key = new float[numbers.length];
    float[] value = new float[numbers.length];
    try (KvBuffer kv = twins.candidate.allocateKv(1, numbers.length, 3, type)) {
      for (int exponent = -149; exponent <= 127; exponent++) {
        for (int i = 0; i < numbers.length; i++) {
          // a tie of F16 or BF16, one step beside it, or anything
          int ulp = i % 2 == 0 ? 11 : 8;
          double tie =
              1 + seeded.random().nextInt(100) * Math.scalb(1.0, 1 - ulp) + Math.scalb(1.0, -ulp);
          double mantissa = i % 4 < 2 ? tie : 1 + seeded.random().nextDouble();
          float number = (float) Math.scalb(mantissa, exponent);
          number = Math.min(number, Float.MAX_VALUE);
          numbers[i] = i % 3 == 0 ? -number : i % 5 == 0 ? Math.nextUp(number) : number;
        }
        numbers[39] = exponent % 2 == 0 ? 0 : -0f;
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = Math.clamp(numbers[i], -Float.MAX_VALUE, Float.MAX_VALUE);
        }
        twins.candidate.kernels().writeState(numbers, numbers, kv, 0, 2);
        twins.candidate.kernels().readState(kv, 0, 2, key, value);
        String what = seeded.label(type + " of about 2^" + exponent);
        same("key in " + what, key, rounded(numbers));
        same("value in " + what, value, rounded(numbers));
        twins.candidate.kernels().writeState(key, value, kv, 0, 0);
        twins.candidate.kernels().readState(kv, 0, 0, value, key);
        same("key, stored again, in " + what, value, rounded(numbers));
        same("value, stored again, in " + what, key, rounded(numbers));
      }
    }
  }

  private void append(Seeded seeded) {
    int size = 20;
    int columns = 5 * size;
    try (Twins.Matrix k = twins.normal(seeded, 4, columns, 1);
        Twins.Matrix v = twins.normal(seeded, 4, columns, 1);
        KvBuffer kv = twins.candidate.allocateKv(2, size, 37, type)) {
      float[][][] written = fill(kv, 37, seeded);
      float[] keys = new float[columns];
      float[] values = new float[columns];
      for (int[] slots : new int[][] {{0}, {36, 17, 5}, {17}, {9, 8}}) {
        int row = slots[0] % 3;
        int rows = slots.length;
        twins.candidate.kernels().append(k.candidate(), v.candidate(), row, rows, 3, kv, slots);
        for (int i = 0; i < rows; i++) {
          twins.candidate.kernels().read(k.candidate(), row + i, columns, keys);
          twins.candidate.kernels().read(v.candidate(), row + i, columns, values);
          for (int h = 0; h < 2; h++) {
            int from = (3 + h) * size;
            float[][] state = written[h * 37 + slots[i]];
            state[0] = rounded(Arrays.copyOfRange(keys, from, from + size));
            state[1] = rounded(Arrays.copyOfRange(values, from, from + size));
          }
        }
      }
      check(kv, 37, written, seeded.label("after append"));
    }
  }

  private void together(Seeded seeded) {
    int[] slots = {36, 0, 17, 5, 9};
    int[] targets = {1, 0, 7, 40, 3};
    for (int size : new int[] {1, 20, 33}) {
      try (KvBuffer from = twins.candidate.allocateKv(3, size, 37, type);
          KvBuffer to = twins.candidate.allocateKv(3, size, 41, type)) {
        float[][][] written = fill(from, 37, seeded);
        float[][][] expected = fill(to, 41, seeded);
        int count = slots.length - 1; // the last one stays where it is
        twins.candidate.kernels().copyStates(from, slots, count, to, targets);
        for (int h = 0; h < 3; h++) {
          for (int i = 0; i < count; i++) {
            expected[h * 41 + targets[i]] = written[h * 37 + slots[i]];
          }
        }
        String label = seeded.label("heads of " + size);
        check(to, 41, expected, label + ", after copyStates");
        check(from, 37, written, label + ", copied from");
        readTogether(to, targets, count, expected, label);
      }
    }
  }

  private void readTogether(
      KvBuffer kv, int[] slots, int count, float[][][] expected, String label) {
    int size = kv.headSize();
    float[] keys = new float[count * size];
    float[] values = new float[count * size];
    for (int h = 0; h < kv.heads(); h++) {
      twins.candidate.kernels().readStates(kv, h, slots, count, keys, values);
      for (int i = 0; i < count; i++) {
        float[][] state = expected[h * 41 + slots[i]];
        String what = label + ": head " + h + ", slot " + slots[i] + " of several";
        same(what + ", key", Arrays.copyOfRange(keys, i * size, (i + 1) * size), state[0]);
        same(what + ", value", Arrays.copyOfRange(values, i * size, (i + 1) * size), state[1]);
      }
    }
  }

  private void reserve(Seeded seeded) {
    for (int size : twins.sizes(1, 8, 20, 33)) {
      try (KvBuffer kv = twins.candidate.allocateKv(3, size, 5, type)) {
        for (int capacity : twins.sizes(5, 6, 40, 41, 130, 100)) {
          float[][][] written = fill(kv, Math.min(capacity, kv.capacity()), seeded);
          int filled = written.length / 3;
          kv.reserve(capacity);
          Twins.that(kv.capacity() >= capacity, "reserve(" + capacity + ") left " + kv.capacity());
          check(kv, filled, written, seeded.label("after reserve(" + capacity + ")"));
          fill(kv, capacity, seeded);
        }
      }
    }
  }
}

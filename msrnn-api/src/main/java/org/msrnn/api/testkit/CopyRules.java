package org.msrnn.api.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.msrnn.api.BackendException;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/** Memory: what was stored comes back, and nothing else is touched. */
final class CopyRules {
  private static final int[] SIZES = {1, 3, 7, 8, 13, 31, 32, 33, 64, 80, 255, 256, 257};

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Twins twins;

  CopyRules(Twins twins) {
    this.twins = twins;
  }

  void addTo(List<Rule> rules, Seeded.Source source) {
    rules.add(new Rule("the description is not empty", this::described));
    rules.add(new Rule("new memory is zero", this::zeroed));
    rules.add(new Rule("read gives what write stored", () -> readWrite(source.get())));
    rules.add(new Rule("a state comes back to the bit", () -> states(source.get())));
    rules.add(new Rule("append stores the heads of one row", () -> append(source.get())));
    rules.add(new Rule("reserve keeps contents", () -> reserve(source.get())));
    rules.add(new Rule("every KV type works or is refused by name", () -> types(source.get())));
    rules.add(new Rule("closing one thing leaves others alone", () -> closing(source.get())));
    rules.add(new Rule("every number of 16 bits is decoded", () -> codes(source.get())));
    for (TensorType type : TensorType.values()) {
      rules.add(new Rule("embed " + type, () -> embed(type, source.get())));
    }
  }

  private void described() {
    Twins.that(!twins.candidate.description().isBlank(), "the description is blank");
  }

  private void zeroed() {
    try (var buffer = twins.candidate.allocate(3, 33);
        var kv = twins.candidate.allocateKv(2, 20, 5, KvType.F32)) {
      float[] row = new float[33];
      for (int r = 0; r < 3; r++) {
        Arrays.fill(row, Twins.MARK);
        twins.candidate.kernels().read(buffer, r, 33, row);
        Twins.that(isZero(row), "a new buffer's row " + r + " is " + Arrays.toString(row));
      }
      float[] key = new float[20];
      float[] value = new float[20];
      twins.candidate.kernels().readState(kv, 1, 4, key, value);
      Twins.that(isZero(key) && isZero(value), "a new store is not zero");
    }
  }

  private static boolean isZero(float[] numbers) {
    for (float one : numbers) {
      if (one != 0) {
        return false;
      }
    }
    return true;
  }

  private void readWrite(Seeded seeded) {
    for (int columns : SIZES) {
      float[][] rows = new float[5][];
      try (var buffer = twins.candidate.allocate(5, columns)) {
        for (int r : new int[] {2, 0, 4, 1, 3}) {
          rows[r] = seeded.normal(columns, 1);
          twins.candidate.kernels().write(rows[r], buffer, r);
        }
        for (int r = 0; r < 5; r++) {
          int count = Math.max(1, columns - r);
          float[] found = new float[columns + 1];
          Arrays.fill(found, Twins.MARK);
          twins.candidate.kernels().read(buffer, r, count, found);
          for (int c = 0; c <= columns; c++) {
            String what = seeded.label("column " + c + " of " + count + " read of row " + r);
            Twins.equal(what, found[c], c < count ? rows[r][c] : Twins.MARK);
          }
        }
      }
    }
  }

  private void states(Seeded seeded) {
    for (int size : SIZES) {
      int heads = 1 + size % 3;
      int capacity = 1 + size % 40;
      try (KvBuffer kv = twins.candidate.allocateKv(heads, size, capacity, KvType.F32)) {
        Twins.that(
            kv.heads() == heads
                && kv.headSize() == size
                && kv.capacity() >= capacity
                && kv.type() == KvType.F32
                && kv.bytes() > 0,
            seeded.label("the store does not say what was asked for"));
        float[][][] written = fill(kv, capacity, seeded);
        check(kv, capacity, written, seeded.label("heads of " + size));
      }
    }
  }

  /** Fills all states; key and value of head h and slot s are at {@code [h * capacity + s]}. */
  private float[][][] fill(KvBuffer kv, int capacity, Seeded seeded) {
    float[][][] written = new float[kv.heads() * capacity][2][];
    for (int h = 0; h < kv.heads(); h++) {
      for (int s = 0; s < capacity; s++) {
        float[] key = seeded.normal(kv.headSize(), 1);
        float[] value = seeded.normal(kv.headSize(), 1);
        twins.candidate.kernels().writeState(key, value, kv, h, s);
        written[h * capacity + s] = new float[][] {key, value};
      }
    }
    return written;
  }

  private void check(KvBuffer kv, int capacity, float[][][] written, String label) {
    float[] key = new float[kv.headSize()];
    float[] value = new float[kv.headSize()];
    for (int h = 0; h < kv.heads(); h++) {
      for (int s = 0; s < capacity; s++) {
        twins.candidate.kernels().readState(kv, h, s, key, value);
        String what = label + ": head " + h + ", slot " + s;
        Twins.that(Arrays.equals(key, written[h * capacity + s][0]), what + ", wrong key");
        Twins.that(Arrays.equals(value, written[h * capacity + s][1]), what + ", wrong value");
      }
    }
  }

  private void append(Seeded seeded) {
    int size = 20;
    int columns = 5 * size;
    try (Twins.Matrix k = twins.normal(seeded, 4, columns, 1);
        Twins.Matrix v = twins.normal(seeded, 4, columns, 1);
        KvBuffer kv = twins.candidate.allocateKv(2, size, 37, KvType.F32)) {
      float[][][] written = fill(kv, 37, seeded);
      float[] keys = new float[columns];
      float[] values = new float[columns];
      for (int slot : new int[] {0, 36, 17, 17}) {
        int row = slot % 4;
        twins.candidate.kernels().append(k.candidate(), v.candidate(), row, 3, kv, slot);
        twins.candidate.kernels().read(k.candidate(), row, columns, keys);
        twins.candidate.kernels().read(v.candidate(), row, columns, values);
        for (int h = 0; h < 2; h++) {
          int from = (3 + h) * size;
          written[h * 37 + slot][0] = Arrays.copyOfRange(keys, from, from + size);
          written[h * 37 + slot][1] = Arrays.copyOfRange(values, from, from + size);
        }
      }
      check(kv, 37, written, seeded.label("after append"));
    }
  }

  private void reserve(Seeded seeded) {
    for (int size : new int[] {1, 8, 20, 33}) {
      try (KvBuffer kv = twins.candidate.allocateKv(3, size, 5, KvType.F32)) {
        for (int capacity : new int[] {5, 6, 40, 41, 130, 100}) {
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

  private void types(Seeded seeded) {
    for (KvType type : KvType.values()) {
      try (KvBuffer kv = twins.candidate.allocateKv(2, 32, 9, type)) {
        roundTrip(kv, type, seeded);
      } catch (BackendException e) {
        Twins.that(type != KvType.F32, "F32 is refused: " + e.getMessage());
        String message = String.valueOf(e.getMessage());
        Twins.that(
            message.contains("F32"), "the refusal of " + type + " names no type: " + message);
      }
    }
  }

  private void roundTrip(KvBuffer kv, KvType type, Seeded seeded) {
    double step =
        switch (type) {
          case F32 -> 0;
          case F16 -> 0x1p-11;
          case BF16 -> 0x1p-8;
          case Q8_0 -> 0x1p-7;
        };
    float[] key = seeded.normal(32, 1);
    float[] value = seeded.normal(32, 1);
    float[] keyBack = new float[32];
    float[] valueBack = new float[32];
    twins.candidate.kernels().writeState(key, value, kv, 1, 8);
    twins.candidate.kernels().readState(kv, 1, 8, keyBack, valueBack);
    for (int i = 0; i < 32; i++) {
      String what = seeded.label(type + " state, number " + i);
      Twins.that(Math.abs(key[i] - keyBack[i]) <= 4 * step, what + ", key " + keyBack[i]);
      Twins.that(Math.abs(value[i] - valueBack[i]) <= 4 * step, what + ", value " + valueBack[i]);
    }
  }

  private void closing(Seeded seeded) {
    Tensor tensor = seeded.tensor(TensorType.F32, 7, 13);
    int[] token = {3};
    try (var kept = twins.upload(tensor);
        var out = twins.marked(1, 13);
        KvBuffer kv = twins.candidate.allocateKv(1, 8, 4, KvType.F32)) {
      float[][][] written = fill(kv, 4, seeded);
      twins.upload(tensor).close();
      twins.candidate.allocate(3, 3).close();
      twins.candidate.allocateKv(1, 8, 4, KvType.F32).close();
      twins.run(
          (k, c) ->
              k.embed(
                  c ? kept.candidate() : kept.reference(),
                  token,
                  0,
                  1,
                  c ? out.candidate() : out.reference()));
      twins.compare(seeded.label("embed after others were closed"), out, 0, 1);
      check(kv, 4, written, seeded.label("after others were closed"));
    }
  }

  /** All 16-bit codes, and then those alone whose numbers are of the usual size of weights. */
  private void codes(Seeded seeded) {
    int[] tokens = new int[256];
    Arrays.setAll(tokens, i -> i);
    for (TensorType type : new TensorType[] {TensorType.F16, TensorType.BF16}) {
      for (double largest : new double[] {Double.POSITIVE_INFINITY, 60}) {
        short[] codes = new short[65_536];
        for (int c = 0; c < codes.length; c++) {
          float number =
              type == TensorType.F16
                  ? Float.float16ToFloat((short) c)
                  : Float.intBitsToFloat(c << 16);
          codes[c] = (short) (Math.abs(number) <= largest ? c : 0);
        }
        MemorySegment data = MemorySegment.ofArray(new byte[2 * codes.length]);
        MemorySegment.copy(codes, 0, data, SHORT, 0, codes.length);
        Tensor tensor = new Tensor("all codes", type, 256, 256, data);
        try (Twins.Weight table = twins.upload(tensor);
            Twins.Matrix out = twins.marked(256, 256)) {
          twins.run(
              (k, c) ->
                  k.embed(
                      c ? table.candidate() : table.reference(),
                      tokens,
                      0,
                      256,
                      c ? out.candidate() : out.reference()));
          String what = seeded.label("codes of " + type + " up to " + largest);
          twins.compare(what, out, 0, 1);
        }
      }
    }
  }

  private void embed(TensorType type, Seeded seeded) {
    for (int blocks : new int[] {1, 3, 7}) {
      int columns = type.blockSize() * blocks;
      int[] tokens = {5, 0, 36, 36, 17, 1, 35};
      try (Twins.Weight table = twins.upload(seeded.tensor(type, 37, columns));
          Twins.Matrix out = twins.marked(tokens.length, columns + 2)) {
        twins.run(
            (k, c) ->
                k.embed(
                    c ? table.candidate() : table.reference(),
                    tokens,
                    1,
                    tokens.length - 2,
                    c ? out.candidate() : out.reference()));
        twins.compare(seeded.label("embed " + type + " 37 x " + columns), out, 0, 1);
      }
    }
  }
}

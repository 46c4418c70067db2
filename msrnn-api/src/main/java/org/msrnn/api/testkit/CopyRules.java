package org.msrnn.api.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
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
    for (int columns : twins.sizes(SIZES)) {
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
        int count = (columns + 1) / 2;
        float[] several = new float[3 * count + 1];
        Arrays.fill(several, Twins.MARK);
        twins.candidate.kernels().read(buffer, 1, 3, count, several);
        for (int i = 0; i <= 3 * count; i++) {
          float wanted = i < 3 * count ? rows[1 + i / count][i % count] : Twins.MARK;
          Twins.equal(
              seeded.label("number " + i + " of three rows of " + count), several[i], wanted);
        }
      }
    }
  }

  private void closing(Seeded seeded) {
    Tensor tensor = seeded.tensor(TensorType.F32, 7, 13);
    int[] token = {3};
    try (var kept = twins.upload(tensor);
        var out = twins.marked(1, 13);
        KvBuffer kv = twins.candidate.allocateKv(1, 8, 4, KvType.F32)) {
      StateRules states = new StateRules(twins, KvType.F32);
      float[][][] written = states.fill(kv, 4, seeded);
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
      states.check(kv, 4, written, seeded.label("after others were closed"));
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

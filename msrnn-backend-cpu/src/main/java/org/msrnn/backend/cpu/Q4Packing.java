package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/**
 * Q4_0. A block of 32 columns is a vector of float scales and four vectors of words of eight signed
 * nibbles (8 taken off already). A nibble is used where it stands at the top of its word, 2^28
 * times too large, which the scale makes good: a shift and a mask decode it, both exact.
 */
final class Q4Packing implements Packing {
  private static final int BLOCK = 32;
  private static final int VECTORS = 5; // of a block: scales, then words
  private static final int TOP = 0xf0000000;
  private static final float SCALE_DOWN = 0x1p-28f;

  @Override
  public long groupBytes(int columns) {
    return (long) (columns / BLOCK) * VECTORS * Simd.BYTES;
  }

  @Override
  public boolean pack(Tensor tensor, int row, MemorySegment into, long at, int lane) {
    int blocks = tensor.columns() / BLOCK;
    long from = (long) row * blocks * TensorType.Q4_0.blockBytes();
    for (int b = 0; b < blocks; b++, from += TensorType.Q4_0.blockBytes()) {
      long first = (long) b * VECTORS;
      float scale = Float.float16ToFloat(tensor.data().get(FILE_SHORT, from)) * SCALE_DOWN;
      Packing.word(into, at, first, lane, Float.floatToRawIntBits(scale));
      for (int i = 0; i < 4; i++) {
        Packing.word(into, at, first + 1 + i, lane, word(tensor.data(), from + 2, 8 * i));
      }
    }
    return true;
  }

  /** Eight columns of a block of the file from column {@code from} on, as signed nibbles. */
  private static int word(MemorySegment data, long block, int from) {
    int word = 0;
    for (int i = 0; i < 8; i++) {
      int column = from + i;
      int pair = data.get(ValueLayout.JAVA_BYTE, block + column % 16);
      int nibble = pair >> (column < 16 ? 0 : 4) & 15;
      word |= (nibble ^ 8) << 4 * i; // q - 8 in two's complement is q with its top bit turned
    }
    return word;
  }

  private static FloatVector at(IntVector words, int shift) {
    return (FloatVector) words.lanewise(LSHL, shift).and(TOP).convert(I2F, 0);
  }

  @Override
  public void product(
      MemorySegment w, long at, int columns, int rows, float[] x, int xAt, float[] y, int yAt) {
    for (int r = 0; r < rows; r += Simd.WIDTH, at += groupBytes(columns)) {
      group(w, at, columns, x, xAt, y, yAt + r, rows - r);
    }
  }

  private static void group(
      MemorySegment w, long at, int columns, float[] x, int xAt, float[] y, int yAt, int rows) {
    FloatVector sum = FloatVector.zero(Simd.FLOATS);
    for (int block = xAt; block < xAt + columns; block += BLOCK) {
      FloatVector scale = Simd.floats(w, at);
      at += Simd.BYTES;
      FloatVector a = FloatVector.zero(Simd.FLOATS);
      FloatVector b = a;
      FloatVector c = a;
      FloatVector d = a;
      for (int i = 0; i < BLOCK; i += 4) {
        // half a word at a time: a loop body as small as this is compiled well
        IntVector words = Simd.ints(w, at + i / 8 * Simd.BYTES).lanewise(LSHL, 16 - (i & 4) * 4);
        int k = block + i;
        a = at(words, 12).fma(Simd.all(x[k]), a);
        b = at(words, 8).fma(Simd.all(x[k + 1]), b);
        c = at(words, 4).fma(Simd.all(x[k + 2]), c);
        d = at(words, 0).fma(Simd.all(x[k + 3]), d);
      }
      at += 4 * Simd.BYTES;
      sum = a.add(b).add(c.add(d)).fma(scale, sum);
    }
    Simd.store(sum, y, yAt, rows);
  }

  @Override
  public void decode(
      MemorySegment w, long at, int from, int to, MemorySegment panel, long panelAt) {
    long p = at + groupBytes(from);
    for (int block = from; block < to; block += BLOCK) {
      FloatVector scale = Simd.floats(w, p);
      p += Simd.BYTES;
      for (int i = 0; i < BLOCK; i += 8, p += Simd.BYTES) {
        IntVector words = Simd.ints(w, p);
        for (int shift = 28; shift >= 0; shift -= 4, panelAt += Simd.BYTES) {
          at(words, shift).mul(scale).intoMemorySegment(panel, panelAt, Simd.ORDER);
        }
      }
    }
  }

  @Override
  public void row(MemorySegment w, long at, int lane, int columns, float[] into, int intoAt) {
    for (int c = 0; c < columns; c++) {
      long first = (long) (c / BLOCK) * VECTORS;
      float scale = Float.intBitsToFloat(Packing.word(w, at, first, lane));
      int word = Packing.word(w, at, first + 1 + c % BLOCK / 8, lane);
      into[intoAt + c] = scale * (word << 28 - 4 * (c % 8) & TOP);
    }
  }
}

package org.msrnn.backend.cpu;

import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/**
 * Q8_0. A block of 32 columns is a vector of float scales and eight vectors of words of four bytes.
 * A byte is used where it stands at the top of its word, 2^24 times too large, which the scale
 * makes good: a shift and a mask decode it, both exact.
 */
final class Q8Packing implements Packing {
  private static final int BLOCK = 32;
  private static final int VECTORS = 9; // of a block: scales, then words
  private static final int TOP = 0xff000000;
  private static final float SCALE_DOWN = 0x1p-24f;
  private static final ValueLayout.OfInt FILE_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Override
  public long groupBytes(int columns) {
    return (long) (columns / BLOCK) * VECTORS * Simd.BYTES;
  }

  @Override
  public boolean pack(Tensor tensor, int row, MemorySegment into, long at, int lane) {
    int blocks = tensor.columns() / BLOCK;
    long from = (long) row * blocks * TensorType.Q8_0.blockBytes();
    for (int b = 0; b < blocks; b++, from += TensorType.Q8_0.blockBytes()) {
      long first = (long) b * VECTORS;
      float scale = Float.float16ToFloat(tensor.data().get(FILE_SHORT, from)) * SCALE_DOWN;
      Packing.word(into, at, first, lane, Float.floatToRawIntBits(scale));
      for (int i = 0; i < 8; i++) {
        int word = tensor.data().get(FILE_INT, from + 2 + 4L * i);
        Packing.word(into, at, first + 1 + i, lane, word);
      }
    }
    return true;
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
      for (int i = 0; i < BLOCK; i += 2) {
        // half a word at a time: a loop body as small as this is compiled well
        IntVector words = Simd.ints(w, at + i / 4 * Simd.BYTES).lanewise(LSHL, 16 - (i & 2) * 8);
        a = at(words, 8).fma(Simd.all(x[block + i]), a);
        b = at(words, 0).fma(Simd.all(x[block + i + 1]), b);
      }
      at += 8 * Simd.BYTES;
      sum = a.add(b).fma(scale, sum);
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
      for (int i = 0; i < BLOCK; i += 4, p += Simd.BYTES, panelAt += 4 * Simd.BYTES) {
        IntVector words = Simd.ints(w, p);
        at(words, 24).mul(scale).intoMemorySegment(panel, panelAt, Simd.ORDER);
        at(words, 16).mul(scale).intoMemorySegment(panel, panelAt + Simd.BYTES, Simd.ORDER);
        at(words, 8).mul(scale).intoMemorySegment(panel, panelAt + 2 * Simd.BYTES, Simd.ORDER);
        at(words, 0).mul(scale).intoMemorySegment(panel, panelAt + 3 * Simd.BYTES, Simd.ORDER);
      }
    }
  }

  @Override
  public void row(MemorySegment w, long at, int lane, int columns, float[] into, int intoAt) {
    for (int c = 0; c < columns; c++) {
      long first = (long) (c / BLOCK) * VECTORS;
      float scale = Float.intBitsToFloat(Packing.word(w, at, first, lane));
      int word = Packing.word(w, at, first + 1 + c % BLOCK / 4, lane);
      into[intoAt + c] = scale * (word << 24 - 8 * (c % 4) & TOP);
    }
  }
}

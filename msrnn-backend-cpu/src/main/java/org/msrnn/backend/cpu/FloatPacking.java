package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/**
 * 32-bit floats: a word a column. Its groups are panels already. Takes every format.
 *
 * @param rounds whether the format's own packing rounds inputs
 */
record FloatPacking(boolean rounds) implements Packing {
  @Override
  public long groupBytes(int columns) {
    return columns * Simd.BYTES;
  }

  @Override
  public boolean pack(Tensor tensor, int row, int rows, MemorySegment into, long at) {
    MemorySegment data = tensor.data();
    int columns = tensor.columns();
    if (tensor.type() == TensorType.F32) {
      Packing.words(data, 4L * row * columns, 4L * columns, rows, columns, into, at);
      return true;
    }
    int most = Math.max(BLOCK, tensor.type().blockSize());
    float[] numbers = new float[most];
    for (int c = 0; c < columns; c += most) {
      int count = Math.min(most, columns - c);
      for (int r = 0; r < rows; r++) {
        tensor.type().decode(data, (long) (row + r) * columns + c, count, numbers, 0);
        for (int i = 0; i < count; i++) {
          Packing.word(into, at, c + i, r, Float.floatToRawIntBits(numbers[i]));
        }
      }
    }
    return true;
  }

  @Override
  public void product(
      MemorySegment w,
      long at,
      int columns,
      int rows,
      Inputs in,
      int token,
      float[] y,
      int yAt,
      Scratch scratch) {
    float[] x = rounds ? in.rounded : in.x;
    int xAt = rounds ? token * columns : in.at(token);
    long groupBytes = groupBytes(columns);
    for (int r = 0; r < rows; r += Simd.WIDTH, at += groupBytes) {
      group(w, at, columns, x, xAt, y, yAt + r, rows - r);
    }
  }

  @Kernel
  private static void group(
      MemorySegment w, long at, int columns, float[] x, int xAt, float[] y, int yAt, int rows) {
    FloatVector a0 = FloatVector.zero(Simd.FLOATS);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    int whole = columns & -4;
    for (int k = 0; k < whole; k += 4, at += 4 * Simd.BYTES) {
      FloatVector v = FloatVector.fromMemorySegment(Simd.FLOATS, w, at, Simd.ORDER);
      a0 = v.fma(FloatVector.broadcast(Simd.FLOATS, x[xAt + k]), a0);
      v = FloatVector.fromMemorySegment(Simd.FLOATS, w, at + Simd.BYTES, Simd.ORDER);
      a1 = v.fma(FloatVector.broadcast(Simd.FLOATS, x[xAt + k + 1]), a1);
      v = FloatVector.fromMemorySegment(Simd.FLOATS, w, at + 2 * Simd.BYTES, Simd.ORDER);
      a2 = v.fma(FloatVector.broadcast(Simd.FLOATS, x[xAt + k + 2]), a2);
      v = FloatVector.fromMemorySegment(Simd.FLOATS, w, at + 3 * Simd.BYTES, Simd.ORDER);
      a3 = v.fma(FloatVector.broadcast(Simd.FLOATS, x[xAt + k + 3]), a3);
    }
    for (int k = whole; k < columns; k++, at += Simd.BYTES) {
      FloatVector v = FloatVector.fromMemorySegment(Simd.FLOATS, w, at, Simd.ORDER);
      a0 = v.fma(FloatVector.broadcast(Simd.FLOATS, x[xAt + k]), a0);
    }
    FloatVector sum = a0.add(a1).add(a2.add(a3));
    if (rows >= Simd.WIDTH) {
      sum.intoArray(y, yAt);
    } else {
      sum.intoArray(y, yAt, Simd.FLOATS.indexInRange(0, rows));
    }
  }

  @Override
  public void decode(
      MemorySegment w,
      long at,
      int columns,
      int from,
      int to,
      MemorySegment panel,
      long panelAt,
      Scratch scratch) {
    MemorySegment.copy(w, at + from * Simd.BYTES, panel, panelAt, (to - from) * Simd.BYTES);
  }

  @Override
  public void row(MemorySegment w, long at, int lane, int columns, float[] into, int intoAt) {
    for (int c = 0; c < columns; c++) {
      into[intoAt + c] = Float.intBitsToFloat(Packing.word(w, at, c, lane));
    }
  }
}

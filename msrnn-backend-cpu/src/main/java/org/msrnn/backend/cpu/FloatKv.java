package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/** Keys and values as floats: a group is two vectors. */
record FloatKv() implements RowsKv {
  private static final long GROUP = 2 * Simd.BYTES;

  @Override
  public long groupBytes() {
    return GROUP;
  }

  private long keyAt(long at, int slot) {
    return at + slot * 4L;
  }

  private long valueAt(long at, int slot, int number, int headSize) {
    long row = valueBytes(headSize) / group();
    return at + slot * row + number * 4L;
  }

  @Override
  public void setKey(MemorySegment to, long at, int slot, float[] key, int from, int headSize) {
    long first = keyAt(at, slot);
    for (int i = 0; i < headSize; i++) {
      to.set(ValueLayout.JAVA_FLOAT, first + i * GROUP, key[from + i]);
    }
  }

  @Override
  public void setValue(MemorySegment to, long at, int slot, float[] value, int from, int headSize) {
    for (int i = 0; i < headSize; i++) {
      to.set(ValueLayout.JAVA_FLOAT, valueAt(at, slot, i, headSize), value[from + i]);
    }
  }

  @Override
  public void getKey(MemorySegment from, long at, int slot, float[] key, int headSize) {
    long first = keyAt(at, slot);
    for (int i = 0; i < headSize; i++) {
      key[i] = from.get(ValueLayout.JAVA_FLOAT, first + i * GROUP);
    }
  }

  @Override
  public void getValue(MemorySegment from, long at, int slot, float[] value, int headSize) {
    for (int i = 0; i < headSize; i++) {
      value[i] = from.get(ValueLayout.JAVA_FLOAT, valueAt(at, slot, i, headSize));
    }
  }

  @Override
  public void keys(MemorySegment from, long at, int headSize, MemorySegment to, long toAt) {
    MemorySegment.copy(from, at, to, toAt, keyBytes(headSize));
  }

  @Override
  @Kernel
  public void add4(
      MemorySegment m,
      long at,
      int rows,
      long row,
      float[] w,
      int w0,
      int w1,
      int w2,
      int w3,
      float[] to,
      int t0,
      int t1,
      int t2,
      int t3) {
    FloatVector a0 = FloatVector.fromArray(Simd.FLOATS, to, t0);
    FloatVector a1 = FloatVector.fromArray(Simd.FLOATS, to, t1);
    FloatVector a2 = FloatVector.fromArray(Simd.FLOATS, to, t2);
    FloatVector a3 = FloatVector.fromArray(Simd.FLOATS, to, t3);
    FloatVector b0 = FloatVector.fromArray(Simd.FLOATS, to, t0 + Simd.WIDTH);
    FloatVector b1 = FloatVector.fromArray(Simd.FLOATS, to, t1 + Simd.WIDTH);
    FloatVector b2 = FloatVector.fromArray(Simd.FLOATS, to, t2 + Simd.WIDTH);
    FloatVector b3 = FloatVector.fromArray(Simd.FLOATS, to, t3 + Simd.WIDTH);
    for (int i = 0; i < rows; i++) {
      long p = at + i * row;
      FloatVector a = Simd.floats(m, p);
      FloatVector b = Simd.floats(m, p + Simd.BYTES);
      FloatVector v = Simd.all(w[w0 + i]);
      a0 = a.fma(v, a0);
      b0 = b.fma(v, b0);
      v = Simd.all(w[w1 + i]);
      a1 = a.fma(v, a1);
      b1 = b.fma(v, b1);
      v = Simd.all(w[w2 + i]);
      a2 = a.fma(v, a2);
      b2 = b.fma(v, b2);
      v = Simd.all(w[w3 + i]);
      a3 = a.fma(v, a3);
      b3 = b.fma(v, b3);
    }
    a0.intoArray(to, t0);
    a1.intoArray(to, t1);
    a2.intoArray(to, t2);
    a3.intoArray(to, t3);
    b0.intoArray(to, t0 + Simd.WIDTH);
    b1.intoArray(to, t1 + Simd.WIDTH);
    b2.intoArray(to, t2 + Simd.WIDTH);
    b3.intoArray(to, t3 + Simd.WIDTH);
  }

  @Override
  @Kernel
  public void add1(
      MemorySegment m, long at, int rows, long row, float[] w, int w0, float[] to, int t0) {
    FloatVector a0 = FloatVector.fromArray(Simd.FLOATS, to, t0);
    FloatVector b0 = FloatVector.fromArray(Simd.FLOATS, to, t0 + Simd.WIDTH);
    FloatVector a1 = FloatVector.zero(Simd.FLOATS);
    FloatVector b1 = a1;
    int pairs = rows & -2; // even and odd rows apart: sums wait less for each other
    for (int i = 0; i < pairs; i += 2) {
      long p = at + i * row;
      FloatVector a = FloatVector.fromMemorySegment(Simd.FLOATS, m, p, Simd.ORDER);
      FloatVector b = FloatVector.fromMemorySegment(Simd.FLOATS, m, p + Simd.BYTES, Simd.ORDER);
      FloatVector v = FloatVector.broadcast(Simd.FLOATS, w[w0 + i]);
      a0 = a.fma(v, a0);
      b0 = b.fma(v, b0);
      FloatVector c = FloatVector.fromMemorySegment(Simd.FLOATS, m, p + row, Simd.ORDER);
      FloatVector d =
          FloatVector.fromMemorySegment(Simd.FLOATS, m, p + row + Simd.BYTES, Simd.ORDER);
      v = FloatVector.broadcast(Simd.FLOATS, w[w0 + i + 1]);
      a1 = c.fma(v, a1);
      b1 = d.fma(v, b1);
    }
    if (pairs < rows) {
      long p = at + pairs * row;
      FloatVector a = FloatVector.fromMemorySegment(Simd.FLOATS, m, p, Simd.ORDER);
      FloatVector b = FloatVector.fromMemorySegment(Simd.FLOATS, m, p + Simd.BYTES, Simd.ORDER);
      FloatVector v = FloatVector.broadcast(Simd.FLOATS, w[w0 + pairs]);
      a0 = a.fma(v, a0);
      b0 = b.fma(v, b0);
    }
    a0.add(a1).intoArray(to, t0);
    b0.add(b1).intoArray(to, t0 + Simd.WIDTH);
  }
}

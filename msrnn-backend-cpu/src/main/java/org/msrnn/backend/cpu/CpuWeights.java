package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.Set;
import org.msrnn.api.backend.Weights;

/** A packed weight matrix. */
final class CpuWeights implements Weights {
  final Packing packing;
  final MemorySegment data;
  private final OffHeap memory;
  private final int rows;
  private final int columns;
  private final long groupBytes;

  /** Zeros. */
  CpuWeights(Packing packing, int rows, int columns, String name, Set<OffHeap> open) {
    this.packing = packing;
    this.rows = rows;
    this.columns = columns;
    this.groupBytes = packing.groupBytes(columns);
    this.memory = new OffHeap(open);
    this.data = memory.allocate(Math.multiplyExact(groupBytes, (long) groups()), name);
  }

  /** Groups of rows, see {@link Packing}. */
  int groups() {
    return Simd.vectors(rows);
  }

  /** Where a group starts in {@link #data}. */
  long at(int group) {
    return group * groupBytes;
  }

  /** Rows of a group and all after it. */
  int rowsFrom(int group) {
    return rows - group * Simd.WIDTH;
  }

  /** Decodes one row. */
  void row(int row, float[] into, int intoAt) {
    packing.row(data, at(row / Simd.WIDTH), row % Simd.WIDTH, columns, into, intoAt);
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public long bytes() {
    return data.byteSize();
  }

  @Override
  public void close() {
    memory.close();
  }
}

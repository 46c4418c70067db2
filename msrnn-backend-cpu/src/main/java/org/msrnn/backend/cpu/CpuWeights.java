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
  private final long scaleBytes;
  private final long groupBytes;
  private final long first; // where the first group starts

  /** Zeros. */
  CpuWeights(Packing packing, int rows, int columns, String name, Set<OffHeap> open) {
    this.packing = packing;
    this.rows = rows;
    this.columns = columns;
    this.groupBytes = packing.groupBytes(columns);
    this.scaleBytes = packing.scaleBytes(columns);
    long scales = Math.multiplyExact(scaleBytes, (long) groups());
    this.first = (scales + Simd.ALIGNMENT - 1) & -Simd.ALIGNMENT;
    this.memory = new OffHeap(open);
    this.data = memory.allocate(first + Math.multiplyExact(groupBytes, (long) groups()), name);
  }

  /** Groups of rows, see {@link Packing}. */
  int groups() {
    return (rows + Packing.ROWS - 1) / Packing.ROWS;
  }

  /** Where a group starts in {@link #data}. */
  long at(int group) {
    return first + group * groupBytes;
  }

  /** Where the scales of a group start in {@link #data}. */
  long scalesAt(int group) {
    return group * scaleBytes;
  }

  /** Rows of a group. */
  int rowsOf(int group) {
    return rowsOf(group, group + 1);
  }

  /** Rows of some groups. */
  int rowsOf(int group, int end) {
    return Math.min(rows, end * Packing.ROWS) - group * Packing.ROWS;
  }

  /** Decodes one row. */
  void row(int row, float[] into, int intoAt) {
    packing.row(this, row / Packing.ROWS, row % Packing.ROWS, into, intoAt);
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

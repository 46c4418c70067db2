package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/**
 * How weights of one format lie in memory, and the loops that read them.
 *
 * <p>Rows are packed in groups of as many rows as a vector has lanes. A group is a sequence of
 * vectors of 32-bit words; lane r of each belongs to row r of the group, and a word holds
 * neighbouring columns of its row. So a product with x multiplies whole vectors by single numbers
 * of x: no sum over lanes, no tail of columns, one stream of memory, and the same code for every
 * width of vectors. Rows that the last group lacks are zero.
 *
 * <p>A new format is one more class here: where the words come from, how they become floats.
 */
sealed interface Packing permits FloatPacking, Bf16Packing, F16Packing, Q8Packing, Q4Packing {
  /** Little-endian 16-bit numbers at any address, as in files. */
  ValueLayout.OfShort FILE_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Columns from which on a panel may start: a multiple of every block. */
  int PANEL_STEP = 32;

  /** The packing of a format. */
  static Packing of(TensorType type) {
    return switch (type) {
      case F16 -> new F16Packing();
      case BF16 -> new Bf16Packing();
      case Q8_0 -> new Q8Packing();
      case Q4_0 -> new Q4Packing();
      default -> new FloatPacking(); // decoded at upload
    };
  }

  /** Bytes of a group of rows. */
  long groupBytes(int columns);

  /**
   * Writes one row of a tensor into its lane.
   *
   * @param into zeroed memory
   * @param at where the group starts
   * @return false if the packing cannot hold the row's numbers exactly
   */
  boolean pack(Tensor tensor, int row, MemorySegment into, long at, int lane);

  /**
   * Products of neighbouring rows with one vector.
   *
   * @param at where the first row's group starts
   * @param rows how many, counted from the start of that group
   */
  void product(
      MemorySegment w, long at, int columns, int rows, float[] x, int xAt, float[] y, int yAt);

  /**
   * Decodes columns of one group: a vector of floats a column.
   *
   * @param from first column, a multiple of {@link #PANEL_STEP}
   * @param to end of the columns
   */
  void decode(MemorySegment w, long at, int from, int to, MemorySegment panel, long panelAt);

  /** Decodes one row. */
  void row(MemorySegment w, long at, int lane, int columns, float[] into, int intoAt);

  /** A word of a row. */
  static int word(MemorySegment w, long at, long index, int lane) {
    return w.get(ValueLayout.JAVA_INT, at + index * Simd.BYTES + lane * 4L);
  }

  /** Sets a word of a row. */
  static void word(MemorySegment w, long at, long index, int lane, int value) {
    w.set(ValueLayout.JAVA_INT, at + index * Simd.BYTES + lane * 4L, value);
  }
}

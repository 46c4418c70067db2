package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.msrnn.api.backend.TensorType;

/**
 * How weights of one format lie in memory, and the loops that read them.
 *
 * <p>Rows are packed in groups of as many rows as two vectors have lanes. A group is a sequence of
 * 32-bit words: the first one of every row, the second one of every row, and so on; a word holds
 * neighbouring columns of its row. So a product with x multiplies whole vectors by single numbers
 * of x: no sum over lanes, no tail of columns, and the same code for every width of vectors. Two
 * vectors share each number of x, and memory is read from its start to its end, which is what a
 * processor fetches ahead best. Rows that the last group lacks are zero.
 *
 * <p>A new format of blocks is a case in {@link FileCodes} and its {@link BlockScales} beside the
 * loops that are there; any other is one more class here.
 */
sealed interface Packing permits BlockPacking, PlainPacking {
  /** Rows of a group: two vectors. */
  int ROWS = 2 * Simd.WIDTH;

  /** Bytes of a word of every row of a group. */
  long STEP = 2 * Simd.BYTES;

  /** Columns of a block of the kernels. */
  int BLOCK = 32;

  /** Columns from which on a panel may start: a multiple of every block of scales, and of two. */
  int PANEL_STEP = 64;

  /**
   * The packing of a format.
   *
   * @param integers whether products with Q8_0 are those of integers, too
   */
  static Packing of(TensorType type, boolean integers) {
    return switch (type) {
      case F16 -> new F16Packing();
      case BF16 -> new Bf16Packing();
      case F32 -> new FloatPacking(false);
      case Q8_0 -> new BytePacking(BlockScales.of(type), integers);
      case Q5_0, Q5_1, Q5_K, Q6_K -> new BytePacking(BlockScales.of(type), false);
      case Q4_0, Q4_1, Q4_K -> new NibblePacking(BlockScales.of(type));
    };
  }

  /** The forms of inputs that products want: some of {@link Inputs#PLAIN} and its like. */
  int inputs();

  /** Whether products are those of rounded inputs. */
  default boolean rounds() {
    return (inputs() & Inputs.ROUNDED) != 0;
  }

  /** Groups that kernels compute side by side: a chunk has whole lots of them. */
  default int together() {
    return 1;
  }

  /** Bytes of a group of rows, without scales. */
  long groupBytes(int columns);

  /**
   * Bytes of the scales of a group of rows. Those of all groups come before the rest: read group
   * after group, they are a stream that the processor fetches ahead.
   */
  default long scaleBytes(int columns) {
    return 0;
  }

  /**
   * Packs columns of the rows of a group: codes and scales.
   *
   * @return false if the packing cannot hold their numbers exactly
   */
  boolean pack(FileRows rows);

  /**
   * Products of the rows of some groups with one token's inputs.
   *
   * @param end end of the groups
   * @param y products from {@code yAt} on
   */
  void product(
      CpuWeights w, int group, int end, Inputs in, int token, float[] y, int yAt, Scratch scratch);

  /**
   * Decodes columns of one group: {@code [column][row]}.
   *
   * @param from first column, a multiple of {@link #PANEL_STEP}
   * @param to end of the columns
   */
  void decode(
      CpuWeights w,
      int group,
      int from,
      int to,
      MemorySegment panel,
      long panelAt,
      Scratch scratch);

  /** Decodes one row of a group. */
  void row(CpuWeights w, int group, int row, float[] into, int intoAt);

  /** A word of a row. */
  static int word(MemorySegment w, long at, long index, int row) {
    return w.get(ValueLayout.JAVA_INT, at + index * STEP + row * 4L);
  }
}

package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/**
 * Some columns of the rows of a group, as they are in a file and as packed words. They pass through
 * arrays, since most of a model is packed before java has compiled what packs it, and memory
 * segments are slow until then. Rows that the last group lacks are zero bits. One thread's own.
 */
final class FileRows {
  /** Most columns at a time: a multiple of every block of a file. */
  static final int SPAN = 2048;

  private static final ValueLayout.OfShort FILE =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Between rows: a power of two apart, they would displace each other in the first cache. */
  private static final int GAP = 32;

  /** The file's bytes, in twos. Every block of a format has an even number of them. */
  final short[] file = new short[Packing.ROWS * (2 * SPAN + GAP)];

  /** Packed codes: the first word of every row, the second one of every row, and so on. */
  final int[] words = new int[Packing.ROWS * SPAN];

  /** Packed scales, likewise. */
  final int[] scales = new int[Packing.ROWS * SPAN / Packing.BLOCK];

  private TensorType type = TensorType.F32;
  private int columns;
  private int twos; // of a row

  /** Reads columns of the rows of a group. */
  void read(Tensor tensor, int row, int rows, int from, int columns) {
    MemorySegment data = tensor.data();
    this.type = tensor.type();
    this.columns = columns;
    twos = (int) type.bytes(columns) / 2;
    for (int r = 0; r < rows; r++) {
      long first = (row + r) * (long) tensor.columns() + from;
      MemorySegment.copy(data, FILE, type.bytes(first), file, row(r), twos);
    }
    for (int r = rows; r < Packing.ROWS; r++) {
      Arrays.fill(file, row(r), row(r) + twos, (short) 0);
    }
  }

  TensorType type() {
    return type;
  }

  int columns() {
    return columns;
  }

  /** Blocks of the file in each row. */
  int blocks() {
    return columns / type.blockSize();
  }

  /** Where a row starts in {@link #file}. */
  int row(int row) {
    return row * (twos + GAP);
  }

  /** Where a block of the file starts in {@link #file}. */
  int block(int row, int block) {
    return row(row) + block * (type.blockBytes() / 2);
  }

  /** Four bytes of the file. */
  int four(int at) {
    return file[at] & 0xffff | file[at + 1] << 16;
  }

  /** The bytes of the file are the words; the last one may be half a word. */
  void copy() {
    int whole = twos / 2;
    int stride = twos + GAP;
    short[] from = file;
    int[] to = words;
    for (int i = 0; i < whole; i++) {
      int at = 2 * i;
      for (int w = i * Packing.ROWS; w < (i + 1) * Packing.ROWS; w++) {
        to[w] = from[at] & 0xffff | from[at + 1] << 16;
        at += stride;
      }
    }
    for (int r = 0; r < Packing.ROWS * (twos & 1); r++) {
      words[whole * Packing.ROWS + r] = file[row(r) + 2 * whole] & 0xffff;
    }
  }

  /** Decodes a row. */
  void decode(int row, float[] into) {
    MemorySegment encoded = MemorySegment.ofArray(new byte[2 * twos]);
    MemorySegment.copy(file, row(row), encoded, FILE, 0, twos);
    type.decode(encoded, 0, columns, into, 0);
  }
}

package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The vector shape that all kernels and layouts use: the widest that this machine likes. */
final class Simd {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;

  /** Numbers in a vector. */
  static final int WIDTH = FLOATS.length();

  /** Bytes in a vector. */
  static final long BYTES = (long) WIDTH * Float.BYTES;

  /** Order of our own off-heap memory. */
  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Alignment of our own off-heap memory: a cache line, and the widest vector. */
  static final long ALIGNMENT = 64;

  private static final VectorShuffle<Float> BY_8 = shift(8);
  private static final VectorShuffle<Float> BY_4 = shift(4);
  private static final VectorShuffle<Float> BY_2 = shift(2);

  private Simd() {}

  static FloatVector floats(MemorySegment from, long at) {
    return FloatVector.fromMemorySegment(FLOATS, from, at, ORDER);
  }

  static IntVector ints(MemorySegment from, long at) {
    return IntVector.fromMemorySegment(INTS, from, at, ORDER);
  }

  static FloatVector all(float value) {
    return FloatVector.broadcast(FLOATS, value);
  }

  /** The two halves of a word, over and over. */
  static ShortVector shorts(int word) {
    return IntVector.broadcast(INTS, word).reinterpretAsShorts();
  }

  /** Adds to a vector of numbers. */
  static void add(FloatVector more, float[] to, int at) {
    FloatVector.fromArray(FLOATS, to, at).add(more).intoArray(to, at);
  }

  /** Stores the first {@code count} numbers, or all if there are fewer. */
  static void store(FloatVector from, float[] to, int at, int count) {
    if (count >= WIDTH) {
      from.intoArray(to, at);
    } else {
      from.intoArray(to, at, FLOATS.indexInRange(0, count));
    }
  }

  /**
   * The sum of all lanes, in an order of its own: that of {@code reduceLanes} is not defined and
   * differs between interpreted and compiled code, and results are to be the same in every run.
   */
  static float sum(FloatVector lanes) {
    FloatVector sum = lanes;
    if (WIDTH >= 16) {
      sum = sum.add(sum.rearrange(BY_8));
    }
    if (WIDTH >= 8) {
      sum = sum.add(sum.rearrange(BY_4));
    }
    if (WIDTH >= 4) {
      sum = sum.add(sum.rearrange(BY_2));
    }
    return sum.lane(0) + sum.lane(1);
  }

  private static VectorShuffle<Float> shift(int lanes) {
    return VectorShuffle.iota(FLOATS, lanes, 1, true);
  }

  /** The number of vectors that hold {@code count} numbers. */
  static int vectors(int count) {
    return (count + WIDTH - 1) / WIDTH;
  }

  /** {@code count} rounded up to whole vectors. */
  static int padded(int count) {
    return vectors(count) * WIDTH;
  }
}

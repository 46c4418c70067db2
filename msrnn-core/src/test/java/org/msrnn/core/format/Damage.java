package org.msrnn.core.format;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Random damage to a GGUF file, aimed at its numbers: other damage dies at the magic. */
public final class Damage {
  private static final long[] NASTY = {
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    9,
    12,
    13,
    31,
    32,
    33,
    64,
    255,
    256,
    65_535,
    65_536,
    65_537,
    -1,
    -2,
    -31,
    -32,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    (1L << 32) - 1,
    1L << 40,
    1L << 59,
    1L << 61,
    1L << 62,
    Long.MAX_VALUE,
    Long.MAX_VALUE - 31,
    Long.MIN_VALUE
  };

  private final byte[] good;
  private final List<GgufWriter.Field> fields;
  private final int weights;

  /** Damage to the file that is written. */
  public Damage(GgufWriter writer) {
    good = writer.bytes();
    fields = writer.fields();
    weights = fields.getLast().offset() + fields.getLast().bytes();
  }

  /** The file with one to three faults. */
  public byte[] damaged(Random random) {
    byte[] bytes = good.clone();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      switch (random.nextInt(8)) {
        case 0 -> bytes[random.nextInt(weights)] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[random.nextInt(weights)] = (byte) random.nextInt();
        case 2 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 100));
        case 3 -> bytes = withoutAPiece(bytes, random);
        default -> {
          GgufWriter.Field field = fields.get(random.nextInt(fields.size()));
          if (field.offset() + field.bytes() <= bytes.length) {
            GgufWriter.patch(bytes, field, NASTY[random.nextInt(NASTY.length)]);
          }
        }
      }
      if (bytes.length < weights) {
        break;
      }
    }
    return bytes;
  }

  private static byte[] withoutAPiece(byte[] bytes, Random random) {
    int from = random.nextInt(bytes.length);
    int count = Math.min(bytes.length - from, 1 + random.nextInt(40));
    byte[] shorter = Arrays.copyOf(bytes, bytes.length - count);
    System.arraycopy(bytes, from + count, shorter, from, bytes.length - from - count);
    return shorter;
  }
}

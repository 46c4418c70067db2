package org.msrnn.eval.retention;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;

/**
 * How long one set kept each token's state. A state that left never comes back, so that one number
 * a token says it all.
 *
 * @param layer the layer
 * @param kvHead the KV head; -1 where all heads of the layer share the set
 * @param lives the steps that the state of each position was kept, in order of positions: unsigned
 *     LEB128 (seven bits a byte, the lowest first, the eighth bit set where more follow) in Base64
 * @param held the sum over all steps of the states that the set held, counted without looking at
 *     positions; null where it was not
 */
public record SetRetention(int layer, int kvHead, String lives, @Nullable Long held) {
  private static final int SEVEN_BITS = 0x7f;
  private static final int MORE = 0x80;
  private static final int MOST_SHIFT = 28;

  /**
   * A set's retention.
   *
   * @param keptUntil for each position, the tokens fed when its state was last kept after a step;
   *     position p is fed as token p + 1, so that {@code keptUntil[p] - p} is the steps kept
   */
  public static SetRetention of(int layer, int kvHead, int[] keptUntil, @Nullable Long held) {
    var bytes = new ByteArrayOutputStream(2 * keptUntil.length);
    for (int p = 0; p < keptUntil.length; p++) {
      int life = Math.max(0, keptUntil[p] - p);
      while (life > SEVEN_BITS) {
        bytes.write(life & SEVEN_BITS | MORE);
        life >>>= 7;
      }
      bytes.write(life);
    }
    return new SetRetention(
        layer, kvHead, Base64.getEncoder().encodeToString(bytes.toByteArray()), held);
  }

  /**
   * For each position, the tokens fed when its state was last kept after a step.
   *
   * @param tokens tokens fed
   * @throws MsrnnException if {@link #lives} are not those of so many tokens
   */
  public int[] keptUntil(int tokens) {
    byte[] bytes = bytes();
    int[] keptUntil = new int[tokens];
    int at = 0;
    for (int p = 0; p < tokens; p++) {
      long life = 0;
      int shift = 0;
      int one;
      do {
        if (at == bytes.length || shift > MOST_SHIFT) {
          throw damaged("end after " + p + " of " + tokens + " tokens");
        }
        one = bytes[at++];
        life |= (long) (one & SEVEN_BITS) << shift;
        shift += 7;
      } while ((one & MORE) != 0);
      if (life > tokens - p) {
        throw damaged("say " + life + " steps of token " + p + " of " + tokens);
      }
      keptUntil[p] = p + (int) life;
    }
    if (at < bytes.length) {
      throw damaged("go on after " + tokens + " tokens");
    }
    return keptUntil;
  }

  private byte[] bytes() {
    try {
      return Base64.getDecoder().decode(lives);
    } catch (IllegalArgumentException e) {
      throw damaged("are not Base64");
    }
  }

  /** The set in words. */
  public String name() {
    return "layer " + layer + (kvHead < 0 ? "" : ", KV head " + kvHead);
  }

  private MsrnnException damaged(String what) {
    return new MsrnnException("the recorded lives of " + name() + " " + what);
  }
}

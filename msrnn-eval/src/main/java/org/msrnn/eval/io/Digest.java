package org.msrnn.eval.io;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 as results write it: 64 lower-case hexadecimal digits. */
public final class Digest {
  private Digest() {}

  /** Of a text's UTF-8 bytes. */
  public static String sha256(String text) {
    return hex(start().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Of bytes. */
  public static String sha256(byte[] bytes) {
    return hex(start().digest(bytes));
  }

  /** A digest to be fed bit by bit. */
  public static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Its digits. */
  public static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }
}

package org.msrnn.api.backend;

/** Number formats of stored keys and values. */
public enum KvType {
  /** 32-bit float. */
  F32(4),
  /** 16-bit IEEE float. */
  F16(2),
  /** The upper half of a 32-bit float. */
  BF16(2),
  /** 8-bit integers with one 16-bit scale for 32 numbers. */
  Q8_0(34.0 / 32);

  private final double bytesPerNumber;

  KvType(double bytesPerNumber) {
    this.bytesPerNumber = bytesPerNumber;
  }

  /** Bytes that {@code numbers} numbers take. */
  public long bytes(long numbers) {
    return (long) Math.ceil(numbers * bytesPerNumber);
  }
}

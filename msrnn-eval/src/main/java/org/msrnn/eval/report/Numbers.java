package org.msrnn.eval.report;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as people read them, the same in every locale. */
public final class Numbers {
  private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Numbers() {}

  /** With a fixed number of decimals; a dash for nothing. */
  public static String fixed(@Nullable Double value, int decimals) {
    return value == null || !Double.isFinite(value)
        ? "-"
        : String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** With about four significant digits; a dash for nothing. */
  public static String brief(@Nullable Double value) {
    if (value == null || !Double.isFinite(value)) {
      return "-";
    }
    double size = Math.abs(value);
    return fixed(value, size < 10 ? 4 : size < 100 ? 3 : size < 1000 ? 2 : 0);
  }

  /** With thousands apart. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** In the largest unit that leaves 1 or more. */
  public static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return (unit == 0 ? Long.toString(bytes) : fixed(value, value < 10 ? 2 : 1))
        + " "
        + BYTE_UNITS[unit];
  }

  /** A duration of seconds: {@code 12.3 s}, {@code 4 min 05 s}, {@code 2 h 07 min}. */
  public static String seconds(double seconds) {
    if (seconds < 60) {
      return fixed(seconds, seconds < 10 ? 2 : 1) + " s";
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
  }
}

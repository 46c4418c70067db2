package org.msrnn.core.position;

import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PositionScheme;
import org.msrnn.api.policy.PositionSchemeProvider;

/**
 * {@code compressed}: short gaps between neighbouring kept states stay, longer ones shrink (arXiv
 * 2401.06104, section 7.2). A state stands at the position of the one before it, plus {@code g} of
 * their true distance x, the first at g of its own position: {@code g(x) = x} up to the threshold
 * T, and beyond it, as the option {@code form} says,
 *
 * <ul>
 *   <li>{@code shrunk}: {@code f(x)}, the paper's text. A gap just above T becomes much shorter
 *       than one of T, so g falls there once; positions rise all the same.
 *   <li>{@code offset}: {@code T + f(x)}.
 *   <li>{@code excess}: {@code T + f(x - T)}, which is continuous for roots; the authors' unmerged
 *       code, with {@code ceil} for its whole positions.
 * </ul>
 *
 * <p>{@code gap} names f: {@code lnln} (ln ln x), {@code ln}, {@code sqrt}, {@code cbrt}, {@code
 * fourth-root}, {@code fifth} and {@code tenth} (x / 5, x / 10). With T of 2 or more the argument
 * of the first two forms is above 2, where ln ln x is positive. That of {@code excess} starts at 1,
 * where ln ln is not defined: there lnln is {@code ln ln (x + e)}, as in the authors' code.
 *
 * <p>Options: {@code gap} (lnln), {@code form} (shrunk), {@code threshold} (10), {@code ceil}
 * rounds each gap up, {@code from=LIMIT} (0) leaves all positions as they are until the newest is
 * LIMIT - 1 or more, the context that a model was trained on.
 */
public final class CompressedPositions implements PositionSchemeProvider {
  /** For the service loader. */
  public CompressedPositions() {}

  /** What becomes of a long gap. */
  private enum Gap {
    LNLN,
    LN,
    SQRT,
    CBRT,
    FOURTH_ROOT,
    FIFTH,
    TENTH;

    double of(double x) {
      return switch (this) {
        case LNLN -> Math.log(Math.log(x));
        case LN -> Math.log(x);
        case SQRT -> Math.sqrt(x);
        case CBRT -> Math.cbrt(x);
        case FOURTH_ROOT -> Math.sqrt(Math.sqrt(x));
        case FIFTH -> x / 5;
        case TENTH -> x / 10;
      };
    }
  }

  /** How it stands to the threshold. */
  private enum Form {
    SHRUNK,
    OFFSET,
    EXCESS
  }

  @Override
  public String name() {
    return "compressed";
  }

  @Override
  public String summary() {
    return "gaps between kept states of more than 10 shrink, to ln ln of their length";
  }

  @Override
  public String paper() {
    return "arXiv 2401.06104, section 7.2";
  }

  @Override
  public PositionScheme create(Options options) {
    return new Compressed(
        options.choice("gap", Gap.LNLN),
        options.choice("form", Form.SHRUNK),
        options.integer("threshold", 10, 2, Integer.MAX_VALUE),
        options.flag("ceil", false),
        options.integer("from", 0, 0, Integer.MAX_VALUE));
  }

  private record Compressed(Gap gap, Form form, int threshold, boolean ceil, int from)
      implements PositionScheme {
    @Override
    public boolean rotatesAtRead() {
      return true;
    }

    @Override
    public void map(long[] positions, int size, double[] into) {
      boolean active = positions[size - 1] >= from - 1L;
      long before = 0;
      double at = 0;
      for (int i = 0; i < size; i++) {
        double distance = positions[i] - before;
        at += active ? compressed(distance) : distance;
        into[i] = at;
        before = positions[i];
      }
    }

    private double compressed(double distance) {
      if (distance <= threshold) {
        return distance;
      }
      double shrunk =
          switch (form) {
            case SHRUNK -> gap.of(distance);
            case OFFSET -> threshold + gap.of(distance);
            case EXCESS -> threshold + excess(distance - threshold);
          };
      return ceil ? Math.ceil(shrunk) : shrunk;
    }

    private double excess(double distance) {
      return gap.of(gap == Gap.LNLN ? distance + Math.E : distance);
    }
  }
}

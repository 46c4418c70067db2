package org.msrnn.api;

import java.util.Locale;

/**
 * How a prompt is fed. The regimes keep different states, so every result names its regime.
 *
 * @param kind the kind
 * @param chunk tokens a chunk, 0 unless chunked
 */
public record Regime(Kind kind, int chunk) {
  /** The policy acts after every token: the MSRNN of the paper. */
  public static final Regime STEPWISE = new Regime(Kind.STEPWISE, 0);

  /** One pass over the prompt, then one reduction: what the authors' released code does. */
  public static final Regime WHOLE = new Regime(Kind.WHOLE, 0);

  /** The kinds of regime. */
  public enum Kind {
    /** The policy acts after every token. */
    STEPWISE,
    /** The policy acts after every chunk of tokens. */
    CHUNKED,
    /** The policy acts once, after the last token of the prompt. */
    WHOLE
  }

  /** Checks the chunk. */
  public Regime {
    if ((kind == Kind.CHUNKED) != (chunk > 0)) {
      throw new InvalidOptionException(
          "regime", kind + " with chunk " + chunk, "a chunk of 1 or more with chunked alone");
    }
  }

  /** The policy acts after every {@code tokens} tokens; during a chunk up to k + tokens states. */
  public static Regime chunked(int tokens) {
    return new Regime(Kind.CHUNKED, tokens);
  }

  /** Reads {@code stepwise}, {@code chunked:n} or {@code whole}. */
  public static Regime parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.equals("stepwise")) {
      return STEPWISE;
    }
    if (lower.equals("whole")) {
      return WHOLE;
    }
    if (lower.matches("chunked:[1-9][0-9]{0,8}")) {
      return chunked(Integer.parseInt(lower.substring("chunked:".length())));
    }
    throw new InvalidOptionException(
        "regime", "'" + text + "'", "stepwise, chunked:n with n of 1 or more, or whole");
  }

  /** The form that {@link #parse} reads. */
  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return kind == Kind.CHUNKED ? name + ":" + chunk : name;
  }
}

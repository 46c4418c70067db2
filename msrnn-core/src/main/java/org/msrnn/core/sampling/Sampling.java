package org.msrnn.core.sampling;

import org.msrnn.api.InvalidOptionException;

/**
 * How the next token is chosen from logits. The steps come in this order, which is that of Hugging
 * Face transformers:
 *
 * <ol>
 *   <li>repetition penalty (arXiv 1909.05858, section 4.1): the logit of a token that is among the
 *       recent ones is divided by the penalty where it is positive and multiplied by it where it is
 *       negative, once, however often the token came;
 *   <li>temperature: logits are divided by it. At 0 the likeliest token is taken and the rest does
 *       not matter;
 *   <li>top-k: the k likeliest tokens stay (arXiv 1805.04833);
 *   <li>top-p: of these, the fewest likeliest whose share of the probability reaches p (nucleus
 *       sampling, arXiv 1904.09751);
 *   <li>min-p: of these, those at least p times as probable as the likeliest (arXiv 2407.01082);
 *   <li>a draw in proportion to the probabilities of what stayed.
 * </ol>
 *
 * <p>llama.cpp applies the temperature last by default, so that its top-p and min-p see the
 * distribution of temperature 1; with temperature 1 both orders are the same.
 *
 * @param temperature 0 for greedy; from 0 to 100
 * @param topK the most tokens that stay; 0 for all
 * @param topP above 0, up to 1 for all tokens
 * @param minP from 0, for all tokens, to 1
 * @param repetitionPenalty from 1, for none, to 10
 * @param repetitionWindow how many of the last tokens, those of the prompt included, are penalised
 * @param seed seed of the draws
 */
public record Sampling(
    double temperature,
    int topK,
    double topP,
    double minP,
    double repetitionPenalty,
    int repetitionWindow,
    long seed) {

  /** The window of llama.cpp. */
  public static final int DEFAULT_WINDOW = 64;

  private static final int LONGEST_WINDOW = 1 << 20;

  /** The likeliest token, always. */
  public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 1, DEFAULT_WINDOW, 0);

  /**
   * Checks every value.
   *
   * @throws InvalidOptionException if one is out of its range, or no number
   */
  public Sampling {
    check("temp", temperature, temperature >= 0 && temperature <= 100, "0 to 100");
    check("top-k", topK, topK >= 0, "0 for all tokens, or a count");
    check("top-p", topP, topP > 0 && topP <= 1, "above 0, up to 1");
    check("min-p", minP, minP >= 0 && minP <= 1, "0 to 1");
    check(
        "repeat-penalty",
        repetitionPenalty,
        repetitionPenalty >= 1 && repetitionPenalty <= 10,
        "1, for none, to 10");
    check(
        "repeat-window",
        repetitionWindow,
        repetitionWindow >= 1 && repetitionWindow <= LONGEST_WINDOW,
        "1 to " + LONGEST_WINDOW + " tokens");
  }

  private static void check(String option, Number value, boolean good, String allowed) {
    if (!good) {
      throw new InvalidOptionException(option, value.toString(), allowed);
    }
  }

  /** The softmax at a temperature, nothing cut off. */
  public static Sampling of(double temperature, long seed) {
    return new Sampling(temperature, 0, 1, 0, 1, DEFAULT_WINDOW, seed);
  }

  /** The same with top-k. */
  public Sampling withTopK(int k) {
    return new Sampling(temperature, k, topP, minP, repetitionPenalty, repetitionWindow, seed);
  }

  /** The same with top-p. */
  public Sampling withTopP(double p) {
    return new Sampling(temperature, topK, p, minP, repetitionPenalty, repetitionWindow, seed);
  }

  /** The same with min-p. */
  public Sampling withMinP(double p) {
    return new Sampling(temperature, topK, topP, p, repetitionPenalty, repetitionWindow, seed);
  }

  /** The same with a repetition penalty over the last tokens. */
  public Sampling withRepetition(double penalty, int window) {
    return new Sampling(temperature, topK, topP, minP, penalty, window, seed);
  }

  /** The same with other draws. */
  public Sampling withSeed(long other) {
    return new Sampling(temperature, topK, topP, minP, repetitionPenalty, repetitionWindow, other);
  }
}

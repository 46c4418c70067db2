package org.msrnn.eval.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.metric.NllSum;
import org.msrnn.eval.metric.Perplexity;
import org.msrnn.eval.metric.TextSize;

/**
 * What a perplexity run found.
 *
 * @param tokens predicted tokens
 * @param nll their negative log-likelihood, in nats
 * @param perplexity {@code exp(nll / tokens)}
 * @param tokensAfterState those predicted after the state was full: by a query at position k or
 *     later, a BOS being position 0
 * @param nllAfterState their negative log-likelihood
 * @param perplexityAfterState their perplexity; null where there are none or the state is unbounded
 * @param words words of the text; null where only ids are known, as the fields below
 * @param bytes UTF-8 bytes of the text
 * @param characters code points of the text
 * @param wordPerplexity {@code exp(nll / words)}
 * @param bytePerplexity {@code exp(nll / bytes)}
 * @param bitsPerCharacter {@code nll / ln 2 / characters}
 * @param state how large the multi-states became at the end of each stream
 */
public record PerplexityFigures(
    long tokens,
    double nll,
    double perplexity,
    long tokensAfterState,
    double nllAfterState,
    @Nullable Double perplexityAfterState,
    @Nullable Long words,
    @Nullable Long bytes,
    @Nullable Long characters,
    @Nullable Double wordPerplexity,
    @Nullable Double bytePerplexity,
    @Nullable Double bitsPerCharacter,
    StateFigures state)
    implements Figures {

  static PerplexityFigures of(
      NllSum all, NllSum after, @Nullable TextSize size, StateFigures state) {
    Perplexity text = new Perplexity(all.nll(), all.tokens(), size == null ? TextSize.NONE : size);
    return new PerplexityFigures(
        all.tokens(),
        all.nll(),
        all.perplexity(),
        after.tokens(),
        after.nll(),
        finite(after.perplexity()),
        size == null ? null : (Long) size.words(),
        size == null ? null : (Long) size.bytes(),
        size == null ? null : (Long) size.characters(),
        finite(text.perWord()),
        finite(text.perByte()),
        finite(text.bitsPerCharacter()),
        state);
  }

  /** All documents as one: every predicted token weighs the same. */
  public static PerplexityFigures total(List<PerplexityFigures> parts) {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    double nll = 0;
    double nllAfter = 0;
    long tokens = 0;
    long tokensAfter = 0;
    @Nullable TextSize size = TextSize.NONE;
    StateFigures state = StateFigures.NONE;
    for (PerplexityFigures part : parts) {
      nll += part.nll;
      nllAfter += part.nllAfterState;
      tokens += part.tokens;
      tokensAfter += part.tokensAfterState;
      TextSize one = part.size();
      size = size == null || one == null ? null : size.plus(one);
      state = state.with(part.state);
    }
    Perplexity text = new Perplexity(nll, tokens, size == null ? TextSize.NONE : size);
    return new PerplexityFigures(
        tokens,
        nll,
        text.perToken(),
        tokensAfter,
        nllAfter,
        finite(Perplexity.per(tokensAfter, nllAfter)),
        size == null ? null : (Long) size.words(),
        size == null ? null : (Long) size.bytes(),
        size == null ? null : (Long) size.characters(),
        finite(text.perWord()),
        finite(text.perByte()),
        finite(text.bitsPerCharacter()),
        state);
  }

  @Override
  public Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("perplexity", perplexity);
    put(metrics, "perplexityAfterState", perplexityAfterState);
    put(metrics, "wordPerplexity", wordPerplexity);
    put(metrics, "bytePerplexity", bytePerplexity);
    put(metrics, "bitsPerCharacter", bitsPerCharacter);
    metrics.put("nll", nll);
    metrics.put("tokens", (double) tokens);
    return metrics;
  }

  private static void put(Map<String, Double> metrics, String name, @Nullable Double value) {
    if (value != null) {
      metrics.put(name, value);
    }
  }

  private @Nullable TextSize size() {
    return words == null || bytes == null || characters == null
        ? null
        : new TextSize(words, bytes, characters);
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? (Double) value : null;
  }
}

package org.msrnn.eval.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.msrnn.eval.metric.Perplexity;

/**
 * Perplexity along one long stream (arXiv 2401.06104, section 7.2).
 *
 * @param bucket predicted tokens of a bucket, the last one may have fewer
 * @param nll negative log-likelihood of each bucket, in nats
 * @param whole the figures of the whole stream
 */
@SuppressWarnings("ArrayRecordComponent") // written and read, never compared
public record StreamFigures(int bucket, double[] nll, PerplexityFigures whole) implements Figures {
  /** Buckets of a window: the tokens that a point of the windowed curve looks back on. */
  private static final int WINDOW = 4;

  /**
   * A point of the curves.
   *
   * @param tokens predicted so far
   * @param cumulative perplexity of all of them, as the paper's figure has it
   * @param windowed perplexity of the last four buckets
   */
  public record Point(long tokens, double cumulative, double windowed) {}

  /** The curves, a point a bucket. */
  public List<Point> curve() {
    List<Point> points = new ArrayList<>();
    double sum = 0;
    for (int b = 0; b < nll.length; b++) {
      sum += nll[b];
      int from = Math.max(0, b + 1 - WINDOW);
      double last = Arrays.stream(nll, from, b + 1).sum();
      long tokens = through(b);
      points.add(
          new Point(
              tokens,
              Perplexity.per(tokens, sum),
              Perplexity.per(tokens - (long) from * bucket, last)));
    }
    return points;
  }

  /** Tokens of the buckets up to and with this one. */
  private long through(int b) {
    return Math.min(whole.tokens(), (b + 1L) * bucket);
  }

  @Override
  public Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>(whole.metrics());
    metrics.put("lastWindow", curve().getLast().windowed());
    return metrics;
  }

  @Override
  public StateFigures state() {
    return whole.state();
  }

  /** All streams as one; windows add up where all streams are over. */
  public static Map<String, Double> total(List<StreamFigures> items) {
    Map<String, Double> metrics =
        PerplexityFigures.total(items.stream().map(StreamFigures::whole).toList()).metrics();
    Map<String, Double> all = new LinkedHashMap<>(metrics);
    double mean =
        items.stream()
            .mapToDouble(i -> Math.log(i.curve().getLast().windowed()))
            .average()
            .orElse(Double.NaN);
    all.put("lastWindow", Math.exp(mean));
    return all;
  }
}

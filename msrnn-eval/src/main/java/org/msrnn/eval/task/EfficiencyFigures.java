package org.msrnn.eval.task;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Speed and memory of sequences that decode together (arXiv 2401.06104, Table 1).
 *
 * @param batch sequences that step together
 * @param depth tokens that each was fed before, not timed
 * @param tokens tokens that each was then fed one a step, timed
 * @param rates tokens a second over all sequences, of each repetition
 * @param weightBytes bytes of the model's weights
 * @param memory bytes that weights and sequences are to fit into; null for none
 * @param state how large the multi-state of one sequence is at the end
 */
public record EfficiencyFigures(
    int batch,
    int depth,
    int tokens,
    List<Double> rates,
    long weightBytes,
    @Nullable Long memory,
    StateFigures state)
    implements Figures {
  /** Copies the rates. */
  public EfficiencyFigures {
    rates = List.copyOf(rates);
  }

  /** The mean of the rates. */
  public double tokensPerSecond() {
    return rates.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  /**
   * The most sequences that fit into the memory beside the weights, free slots included; null where
   * no memory was given.
   */
  public @Nullable Long largestBatch() {
    return memory == null || state.reserved() == 0
        ? null
        : (Long) Math.max(0, Math.subtractExact(memory, weightBytes) / state.reserved());
  }

  @Override
  public Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    double mean = tokensPerSecond();
    metrics.put("tokensPerSecond", mean);
    if (rates.size() > 1) {
      double[] values = rates.stream().mapToDouble(Double::doubleValue).toArray();
      double squares = Arrays.stream(values).map(r -> (r - mean) * (r - mean)).sum();
      metrics.put("deviation", Math.sqrt(squares / (values.length - 1)));
    }
    Long largest = largestBatch();
    if (largest != null) {
      metrics.put("largestBatch", (double) largest);
    }
    return metrics;
  }
}

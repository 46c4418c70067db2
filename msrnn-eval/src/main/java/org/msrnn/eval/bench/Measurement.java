package org.msrnn.eval.bench;

import java.util.Arrays;
import java.util.List;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.StateFigures;

/**
 * A test as it was timed.
 *
 * @param setup policy and state
 * @param test what was timed
 * @param seconds of each repetition
 * @param kvBytes bytes of keys and values that a step reads and writes for one sequence, the mean
 *     over the steps; 0 for prompts, whose tokens share what is read
 * @param state how large the multi-state of one sequence is at the end
 */
public record Measurement(
    Setup setup, BenchCase test, List<Double> seconds, double kvBytes, StateFigures state) {

  /** Tokens a second of each repetition, over all sequences. */
  public double[] rates() {
    double tokens = (double) test.tokens() * test.batch();
    return seconds.stream().mapToDouble(s -> tokens / s).toArray();
  }

  /** The mean of {@link #rates}. */
  public double mean() {
    return Arrays.stream(rates()).average().orElseThrow();
  }

  /** The deviation of one repetition from the mean, estimated from all; 0 for a single one. */
  public double deviation() {
    double mean = mean();
    double squares = Arrays.stream(rates()).map(r -> (r - mean) * (r - mean)).sum();
    return seconds.size() == 1 ? 0 : Math.sqrt(squares / (seconds.size() - 1));
  }

  /** The highest of {@link #rates}. */
  public double best() {
    return Arrays.stream(rates()).max().orElseThrow();
  }
}

package org.msrnn.eval.bench;

import java.util.ArrayList;
import java.util.List;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.eval.task.Machine.Setup;

/**
 * What is to be measured: every test at every depth with every setup.
 *
 * @param setups policies with their states
 * @param prompts tokens of the prompts; 0 stands for none
 * @param generated tokens generated, one a step; 0 stands for none
 * @param batches sequences that step together
 * @param depths tokens fed before
 * @param repetitions how often each test is timed
 * @param warmUpSeconds how long each test runs before, at least once
 * @param seed of the tokens
 */
public record BenchPlan(
    List<Setup> setups,
    List<Integer> prompts,
    List<Integer> generated,
    List<Integer> batches,
    List<Integer> depths,
    int repetitions,
    double warmUpSeconds,
    long seed) {
  private static final int MOST_BATCH = 1 << 16;
  private static final int MOST_REPETITIONS = 1_000_000;

  /** Checks the numbers. */
  public BenchPlan {
    demand("-p", prompts, 0, Integer.MAX_VALUE);
    demand("-n", generated, 0, Integer.MAX_VALUE);
    demand("-b", batches, 1, MOST_BATCH);
    demand("-d", depths, 0, Integer.MAX_VALUE);
    demand("-r", List.of(repetitions), 1, MOST_REPETITIONS);
    if (!(warmUpSeconds >= 0 && warmUpSeconds <= MOST_REPETITIONS)) {
      throw new InvalidOptionException(
          "warm-up", Double.toString(warmUpSeconds), "0 or more seconds");
    }
    if (prompts.stream().allMatch(p -> p == 0) && generated.stream().allMatch(n -> n == 0)) {
      throw new InvalidOptionException("-n", "there is nothing to measure: -p and -n are both 0");
    }
    depths = depths.stream().distinct().sorted().toList();
  }

  private static void demand(String option, List<Integer> values, int least, int most) {
    if (values.isEmpty()) {
      throw new InvalidOptionException(option, "an empty list", "one number or more");
    }
    for (int value : values) {
      if (value < least || value > most) {
        String allowed = least + (most == Integer.MAX_VALUE ? " or more" : " to " + most);
        throw new InvalidOptionException(option, Integer.toString(value), allowed);
      }
    }
  }

  /** The tests at one depth. */
  public List<BenchCase> tests(int depth) {
    List<BenchCase> tests = new ArrayList<>();
    for (int prompt : prompts) {
      if (prompt > 0) {
        tests.add(new BenchCase(BenchCase.Kind.PP, prompt, 1, depth));
      }
    }
    for (int batch : batches) {
      for (int tokens : generated) {
        if (tokens > 0) {
          tests.add(new BenchCase(BenchCase.Kind.TG, tokens, batch, depth));
        }
      }
    }
    return tests;
  }

  /** How many measurements there will be. */
  public int size() {
    return setups.size() * depths.size() * tests(0).size();
  }
}

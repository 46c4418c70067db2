package org.msrnn.eval.command;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.core.model.ModelReader;
import org.msrnn.eval.bench.ModelFigures;
import org.msrnn.eval.bench.StateMemory;
import org.msrnn.eval.sweep.EfficiencyTask;
import picocli.CommandLine.Option;

/** What the task efficiency measures. */
final class EfficiencyOptions {
  private static final int TOKENS = 32;
  private static final int REPETITIONS = 3;

  @Option(
      names = "--batches",
      split = ",",
      paramLabel = "N",
      description =
          "Sequences that decode together in the task efficiency, a list. Default: 1,4,16,64.")
  List<Integer> batches = List.of(1, 4, 16, 64);

  @Option(
      names = "--depth",
      paramLabel = "N",
      description =
          "Tokens that each of them is fed before. Default: so many that its end is that of the"
              + " model's context, but at most 4096.")
  @Nullable Integer depth;

  @Option(
      names = "--memory",
      paramLabel = "BYTES",
      description =
          "Say how many such sequences fit into this memory, such as 2GiB, beside the weights.")
  @Nullable String memory;

  EfficiencyOptions() {}

  /**
   * The task on the session's model.
   *
   * @param context tokens that a sequence has at most where no depth is given
   * @throws InvalidOptionException if a number is out of range
   */
  EfficiencyTask task(Session session, int context) {
    Long bytes = memory == null ? null : (Long) StateMemory.parse("memory", memory);
    var tensors = ModelReader.inspect(session.modelFile()).tensors();
    return new EfficiencyTask(
        batches,
        depth == null ? Math.max(0, context - TOKENS) : depth,
        TOKENS,
        REPETITIONS,
        ModelFigures.of("", tensors).bytes(),
        bytes);
  }

  /** Refuses bad numbers before a model is loaded. */
  void check() {
    if (memory != null) {
      StateMemory.parse("memory", memory);
    }
    batches.forEach(batch -> Counts.demand("batches", batch, 1));
    if (depth != null) {
      Counts.demand("depth", depth, 0);
    }
  }
}

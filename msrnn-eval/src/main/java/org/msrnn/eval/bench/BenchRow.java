package org.msrnn.eval.bench;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.task.Machine.Setup;

/**
 * A measurement as results show it.
 *
 * @param model the model's name
 * @param type number format of its weights
 * @param modelBytes bytes of its weights
 * @param parameters numbers in them
 * @param backend the backend and its device
 * @param threads threads that compute; null where the backend does not say
 * @param policy the policy
 * @param state k; null if the policy is unbounded
 * @param kv number format of stored keys and values
 * @param batch sequences that step together
 * @param depth tokens fed before, not timed
 * @param test {@code pp} or {@code tg} and the number of tokens
 * @param tokensPerSecond over all sequences, the mean of the repetitions
 * @param deviation of a repetition
 * @param best of the repetitions
 * @param millisecondsPerToken from one token of a sequence to its next
 * @param bytesPerToken weights, shared by the batch, and keys and values; null for prompts, which
 *     arithmetic bounds
 * @param gigabytesPerSecond 10^9 bytes read and written a second
 * @param readShare of the measured read bandwidth
 * @param stateBytes bytes of keys and values of a sequence at the end
 * @param largestBatch the most sequences with full states that fit into a given memory, beside the
 *     weights; null where none was given
 * @param repetitions tokens a second of each
 */
public record BenchRow(
    String model,
    String type,
    long modelBytes,
    long parameters,
    String backend,
    @Nullable Integer threads,
    String policy,
    @Nullable Integer state,
    String kv,
    int batch,
    int depth,
    String test,
    double tokensPerSecond,
    double deviation,
    double best,
    double millisecondsPerToken,
    @Nullable Double bytesPerToken,
    @Nullable Double gigabytesPerSecond,
    @Nullable Double readShare,
    long stateBytes,
    @Nullable Long largestBatch,
    List<Double> repetitions) {

  /**
   * A row.
   *
   * @param bandwidth GB/s that can be read
   * @param largestBatch see there
   */
  static BenchRow of(
      ModelFigures model,
      String backend,
      @Nullable Integer threads,
      Measurement measured,
      double bandwidth,
      @Nullable Long largestBatch) {
    Setup setup = measured.setup();
    BenchCase test = measured.test();
    double rate = measured.mean();
    Double bytes =
        test.kind() == BenchCase.Kind.PP
            ? null
            : (Double) ((double) model.bytesPerStep() / test.batch() + measured.kvBytes());
    Double gigabytes = bytes == null ? null : (Double) (bytes * rate / 1e9);
    return new BenchRow(
        model.name(),
        model.type(),
        model.bytes(),
        model.parameters(),
        backend,
        threads,
        setup.policy(),
        setup.state(),
        setup.spec().storage().name(),
        test.batch(),
        test.depth(),
        test.name(),
        rate,
        measured.deviation(),
        measured.best(),
        1000 * test.batch() / rate,
        bytes,
        gigabytes,
        gigabytes == null ? null : (Double) (gigabytes / bandwidth),
        measured.state().bytes(),
        largestBatch,
        Arrays.stream(measured.rates()).boxed().toList());
  }
}

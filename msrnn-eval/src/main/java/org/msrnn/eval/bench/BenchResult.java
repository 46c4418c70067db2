package org.msrnn.eval.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.task.Machine;

/**
 * All that a run of {@code msrnn bench} found.
 *
 * @param rows the measurements
 * @param readBandwidth of this machine's memory
 * @param peakBytes the most memory that the process had before the bandwidth was measured; null
 *     where the system does not say
 * @param loadSeconds from the model file, or its shape, to a machine that runs
 * @param capacity bytes that {@link BenchRow#largestBatch} is to fit into; null for none
 * @param version version of msrnn's code
 */
public record BenchResult(
    List<BenchRow> rows,
    ReadBandwidth readBandwidth,
    @Nullable Long peakBytes,
    double loadSeconds,
    @Nullable Long capacity,
    String version) {
  private static final Pattern THREADS = Pattern.compile("([0-9]{1,9}) threads?");

  /** Rows for measurements of one model on one backend. */
  public static BenchResult of(
      Machine machine,
      ModelFigures figures,
      List<Measurement> measured,
      OptionalLong peak,
      double loadSeconds,
      @Nullable Long capacity) {
    Integer threads = threads(machine.backend());
    ReadBandwidth bandwidth =
        ReadBandwidth.measure(
            threads == null ? Runtime.getRuntime().availableProcessors() : threads);
    List<BenchRow> rows = new ArrayList<>();
    for (Measurement one : measured) {
      Long batch =
          capacity == null
              ? null
              : (Long)
                  StateMemory.largestBatch(
                      capacity,
                      figures.bytes(),
                      StateMemory.full(machine.model().info(), one.setup().spec()));
      rows.add(
          BenchRow.of(figures, machine.backend(), threads, one, bandwidth.allThreads(), batch));
    }
    Long peakBytes = peak.isPresent() ? (Long) peak.getAsLong() : null;
    return new BenchResult(rows, bandwidth, peakBytes, loadSeconds, capacity, machine.version());
  }

  /** How many threads a backend says that it has. */
  static @Nullable Integer threads(String backend) {
    Matcher matcher = THREADS.matcher(backend);
    return matcher.find() ? Integer.valueOf(matcher.group(1)) : null;
  }
}

package org.msrnn.backend.cpu;

import org.msrnn.api.BackendException;
import org.msrnn.api.backend.Availability;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.BackendProvider;
import org.msrnn.api.policy.Options;

/**
 * Offers the backend {@code cpu}. Options: {@code threads}, how many threads compute, 1 to 1024,
 * the available processors if not given; {@code round-q8}, whether inputs of products with Q8_0
 * weights are rounded to eight bits ({@link org.msrnn.api.backend.RoundedInputs}), as those with
 * Q4_0 always are: faster, where weights come from the caches up to twice as fast, but not exact;
 * false if not given.
 */
public final class CpuBackendProvider implements BackendProvider {
  private static final int RANK = 100;
  private static final int MOST_THREADS = 1024;
  private static final String NO_MODULE =
      "the module jdk.incubator.vector is missing; start java with --add-modules"
          + " jdk.incubator.vector";

  /** For the service loader. */
  public CpuBackendProvider() {}

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public Availability probe() {
    try {
      String lack = VectorProbe.lack();
      return lack.isEmpty()
          ? new Availability.Available(VectorProbe.device(), RANK)
          : new Availability.Unavailable(lack);
    } catch (LinkageError e) {
      return new Availability.Unavailable(NO_MODULE);
    }
  }

  @Override
  public Backend open(Options options) {
    int processors = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    int threads = options.integer("threads", processors, 1, MOST_THREADS);
    boolean roundsQ8 = options.flag("round-q8", false);
    if (probe() instanceof Availability.Unavailable lacking) {
      throw new BackendException("the backend cpu cannot run: " + lacking.reason());
    }
    return new CpuBackend(threads, roundsQ8);
  }
}

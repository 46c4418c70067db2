package org.msrnn.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.sampling.Sampler;
import org.msrnn.core.sampling.Sampling;

/**
 * Generates a long stream through a small state and prints, every so many tokens, time a token,
 * live heap after a collection and the memory of the state: all of them stay flat.
 *
 * <p>Arguments: model file, policy, states, tokens.
 */
public final class LongStream {
  private static final int WINDOW = 1_000;

  private LongStream() {}

  /** Runs it. */
  public static void main(String[] args) {
    Catalog catalog = Catalog.discover(List.of());
    int tokens = Integer.parseInt(args[3]);
    try (Backend backend = catalog.openBackend("auto");
        Model model = Model.open(Path.of(args[0]), backend, Progress.NONE);
        MultiState state =
            model
                .msrnn()
                .start(
                    StateSpec.of(
                        catalog.policy(PolicySpec.parse(args[1])), Integer.parseInt(args[2])))) {
      Sampler sampler = new Sampler(Sampling.of(0.9, 1).withTopP(0.95));
      float[] logits = new float[model.info().vocabulary()];
      int token = model.tokenizer().bos().orElse(0);
      System.out.println("tokens  us/token  heap KiB  state KiB  reserved KiB  resident KiB");
      for (int t = 0; t < tokens; t += WINDOW) {
        long start = System.nanoTime();
        for (int i = 0; i < WINDOW; i++) {
          model.msrnn().step(state, token, logits);
          token = sampler.next(logits, state.tokens());
        }
        double micros = (System.nanoTime() - start) / 1e3 / WINDOW;
        if (t < 4 * WINDOW || t % (10 * WINDOW) == 0 || t + WINDOW >= tokens) {
          System.out.printf(
              Locale.ROOT,
              "%6d  %8.1f  %8d  %9d  %12d  %12d%n",
              state.tokens(),
              micros,
              heap() >> 10,
              state.bytes() >> 10,
              state.reservedBytes() >> 10,
              resident());
        }
      }
    }
  }

  private static long heap() {
    System.gc();
    MemoryUsage usage = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    return usage.getUsed();
  }

  /** Resident memory of the process, heap and all else, where the system tells it. */
  private static long resident() {
    try (var lines = java.nio.file.Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(0);
    } catch (java.io.IOException e) {
      return 0;
    }
  }
}

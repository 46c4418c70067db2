package org.msrnn.backend.opencl;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.msrnn.api.policy.Options;

/**
 * The device that is meant, and whether it can be used.
 *
 * @param device the device
 * @param check what came of it
 */
record Choice(Verdict.Seen device, Verdict.Check check) {
  private static final Comparator<Verdict.Seen> BEST_FIRST =
      Comparator.comparing(Verdict.Seen::gpu)
          .thenComparingLong(Verdict.Seen::memory)
          .reversed()
          .thenComparingInt(Verdict.Seen::index);

  /**
   * The devices that a user may mean.
   *
   * @param wanted a number, or a part of a device's or platform's name in any case; all if empty
   * @throws org.msrnn.api.InvalidOptionException if there is none, naming those that are
   */
  static List<Verdict.Seen> among(List<Verdict.Seen> devices, String wanted, Options options) {
    boolean number = wanted.matches("[0-9]{1,2}"); // longer ones are parts of names: 4090
    String part = wanted.toLowerCase(Locale.ROOT);
    List<Verdict.Seen> meant =
        devices.stream()
            .filter(
                device ->
                    number
                        ? device.index() == Integer.parseInt(wanted)
                        : device.name().toLowerCase(Locale.ROOT).contains(part)
                            || device.platform().toLowerCase(Locale.ROOT).contains(part))
            .toList();
    if (meant.isEmpty()) {
      String all = devices.stream().map(Verdict.Seen::label).collect(Collectors.joining("; "));
      throw options.refusal("device", "'" + wanted + "'", "a number or a part of a name of " + all);
    }
    return meant;
  }

  /**
   * The best of some devices: GPUs before CPUs, then the most memory. One that cannot be used is
   * passed over for another of its kind; a CPU is not taken for a GPU.
   *
   * @param devices one or more
   * @param tried tells what came of a device
   */
  static Choice best(List<Verdict.Seen> devices, Function<Verdict.Seen, Verdict.Check> tried) {
    List<Verdict.Seen> sorted = devices.stream().sorted(BEST_FIRST).toList();
    Choice best = null;
    for (Verdict.Seen device : sorted) {
      if (device.gpu() == sorted.getFirst().gpu()) {
        Choice choice = new Choice(device, tried.apply(device));
        if (choice.usable()) {
          return choice;
        }
        best = best == null ? choice : best;
      }
    }
    if (best == null) {
      throw new IllegalArgumentException("no devices");
    }
    return best;
  }

  /** Whether nothing is wrong with it, as far as is known. */
  boolean usable() {
    return check.lack().isEmpty();
  }

  /** Why it cannot be used. */
  String lack() {
    return device.label() + " cannot be used: " + check.lack();
  }
}

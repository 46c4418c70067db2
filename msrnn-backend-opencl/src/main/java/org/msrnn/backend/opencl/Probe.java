package org.msrnn.backend.opencl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * Finds out which devices there are and which of them can be used, without risk: drivers have
 * crashed and hung in the compiler and even when asked for their devices, so all of it happens in a
 * child process, and once. Loads nothing of OpenCL itself.
 */
final class Probe {
  /** Milliseconds that a step of the child may take. */
  static final String LIMIT = "msrnn.opencl.probe.limit";

  private static final int SECONDS = 20;
  private static final Verdict.Check UNTRIED = new Verdict.Check("", 0, 0, false);

  private final Drivers drivers;
  private final Verdicts verdicts;
  private final Function<List<String>, ProbeRun.Outcome> child;

  /**
   * A probe.
   *
   * @param child runs {@link ProbeChild} with arguments
   */
  Probe(Drivers drivers, Verdicts verdicts, Function<List<String>, ProbeRun.Outcome> child) {
    this.drivers = drivers;
    this.verdicts = verdicts;
    this.child = child;
  }

  /** The probe of this machine. */
  static Probe here() {
    Drivers drivers = Drivers.registered(System.getenv());
    long limit = Long.getLong(LIMIT, SECONDS * 1000L);
    ProbeRun run = new ProbeRun(Map.of(), Duration.ofMillis(Math.max(1, limit)));
    return new Probe(
        drivers,
        Verdicts.of(drivers),
        arguments -> run.run(ChildJvm.command(ProbeChild.class, arguments.toArray(String[]::new))));
  }

  /** The devices, with checks of those that were tried before. */
  Verdict list() {
    if (!drivers.lack().isEmpty()) {
      return new Verdict(drivers.lack(), false, List.of(), Map.of());
    }
    Verdict before = verdicts.read();
    if (before != null) {
      return before.lack().isEmpty()
          ? before
          : new Verdict(
              remembered(before.lack()), before.broken(), before.devices(), before.checks());
    }
    ProbeRun.Outcome outcome = child.apply(List.of("list"));
    Verdict verdict = listed(outcome);
    verdicts.write(verdict);
    return verdict;
  }

  private static Verdict listed(ProbeRun.Outcome outcome) {
    List<Verdict.Seen> devices = new ArrayList<>();
    String lack = outcome.lack();
    boolean broken = outcome.broken();
    try {
      outcome.answers().forEach(line -> devices.add(Verdict.Seen.of(line)));
    } catch (IllegalArgumentException e) {
      lack = "the probe's list of devices cannot be read: " + e.getMessage();
      broken = true;
    }
    if (lack.isEmpty() && devices.isEmpty()) {
      lack =
          "OpenCL finds no device: its loader is there, but no driver, or the driver sees no"
              + " device; clinfo shows what is seen";
    }
    return new Verdict(lack, broken, lack.isEmpty() ? devices : List.of(), Map.of());
  }

  /** Whether a device can be used, as far as is known without trying it. */
  Verdict.Check known(Verdict.Seen device) {
    if (!device.doubles()) {
      return failed(
          "it does not compute with 64-bit floats (cl_khr_fp64), which positions, sums and angles"
              + " need");
    }
    Verdict.Check before = list().checks().get(device.index());
    if (before == null) {
      return UNTRIED;
    }
    return before.lack().isEmpty() ? before : failed(remembered(before.lack()));
  }

  /** Whether a device can be used. Builds kernels and runs them, unless that was done before. */
  Verdict.Check check(Verdict.Seen device) {
    Verdict.Check known = known(device);
    if (!known.equals(UNTRIED)) {
      return known;
    }
    ProbeRun.Outcome outcome = child.apply(List.of("check", Integer.toString(device.index())));
    Verdict.Check check = checked(outcome);
    Verdict now = verdicts.read(); // another process may have tried another device meanwhile
    verdicts.write((now == null ? list() : now).with(device.index(), check));
    return check;
  }

  private static Verdict.Check checked(ProbeRun.Outcome outcome) {
    if (!outcome.lack().isEmpty()) {
      return failed(outcome.lack());
    }
    try {
      return Verdict.Check.of(outcome.answers().getFirst());
    } catch (IllegalArgumentException | NoSuchElementException e) {
      return failed("the probe's answer cannot be read: " + e.getMessage());
    }
  }

  private static Verdict.Check failed(String lack) {
    return new Verdict.Check(lack, 0, 0, false);
  }

  private String remembered(String lack) {
    return lack + " (found earlier; to try again, delete " + verdicts.file() + ")";
  }

  /** Forgets what was found, since the drivers have changed. */
  void forget() {
    verdicts.forget();
  }
}

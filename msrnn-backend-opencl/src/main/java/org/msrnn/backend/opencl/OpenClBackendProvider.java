package org.msrnn.backend.opencl;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.BackendException;
import org.msrnn.api.backend.Availability;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.BackendProvider;
import org.msrnn.api.backend.DeviceReport;
import org.msrnn.api.policy.Options;

/**
 * Offers the backend {@code opencl}. Options: {@code device}, its number, or a part of its name or
 * of its platform's, the best one if not given: a GPU before a CPU, then the most memory; {@code
 * memory-mib}, how much of its memory may be used, all of it if not given.
 *
 * <p>Loads nothing of OpenCL before a child process has tried it ({@link Probe}).
 */
public final class OpenClBackendProvider implements BackendProvider {
  private static final int FASTER = 200;
  private static final int SLOWER = 50;
  private static final int NEVER = -1;

  /** For the service loader. */
  public OpenClBackendProvider() {}

  @Override
  public String name() {
    return "opencl";
  }

  @Override
  public boolean choosesDevice() {
    return true;
  }

  /** Tries GPUs, once; devices that are CPUs when they are opened, for nobody waits for them. */
  @Override
  public Availability probe() {
    Probe probe = Probe.here();
    Verdict verdict = probe.list();
    if (!verdict.lack().isEmpty()) {
      return new Availability.Unavailable(verdict.lack(), verdict.broken());
    }
    boolean gpus = verdict.devices().stream().anyMatch(Verdict.Seen::gpu);
    Choice choice = Choice.best(verdict.devices(), gpus ? probe::check : probe::known);
    if (!choice.usable()) {
      return new Availability.Unavailable(choice.lack(), gpus);
    }
    int rank = choice.check().device() > choice.check().host() ? FASTER : SLOWER;
    return new Availability.Available(text(choice.device(), choice.check()), gpus ? rank : NEVER);
  }

  private static String text(Verdict.Seen device, Verdict.Check check) {
    String text = device.label() + ", " + Math.ceilDiv(device.memory(), 1L << 20) + " MiB";
    return check.device() == 0 ? text : text + ", " + Math.round(check.device() / 1e9) + " GB/s";
  }

  @Override
  public List<DeviceReport> devices() {
    Probe probe = Probe.here();
    List<DeviceReport> devices = new ArrayList<>();
    for (Verdict.Seen device : probe.list().devices()) {
      Verdict.Check check = probe.check(device);
      devices.add(
          new DeviceReport(
              device.index(),
              device.name(),
              device.platform(),
              device.driver(),
              device.memory(),
              check.device() / 1e9,
              check.lack().isEmpty() ? null : check.lack()));
    }
    return devices;
  }

  @Override
  public Backend open(Options options) {
    String wanted = options.text("device", "", "a number, or a part of a device's name").strip();
    OptionalInt memory =
        options.integer("memory-mib", "all that the device has", 1, Integer.MAX_VALUE);
    Probe probe = Probe.here();
    try {
      OpenClBackend backend = open(probe, wanted, memory, options);
      if (backend == null) { // the drivers are others than those that were tried
        probe.forget();
        backend = open(probe, wanted, memory, options);
      }
      if (backend == null) {
        throw new BackendException("the OpenCL devices change from one moment to the next");
      }
      return backend;
    } catch (LinkageError e) {
      throw new BackendException("OpenCL cannot be loaded: " + e.getMessage(), e);
    }
  }

  /** Opens a device, or nothing where another one lies at its place than was tried. */
  private static @Nullable OpenClBackend open(
      Probe probe, String wanted, OptionalInt memory, Options options) {
    Verdict verdict = probe.list();
    if (!verdict.lack().isEmpty()) {
      throw new BackendException("backend opencl cannot run here: " + verdict.lack());
    }
    Choice choice = Choice.best(Choice.among(verdict.devices(), wanted, options), probe::check);
    if (!choice.usable()) {
      throw new BackendException(choice.lack());
    }
    for (DeviceInfo live : Devices.all()) {
      if (choice.device().is(live)) {
        long bytes = memory.isPresent() ? (long) memory.getAsInt() << 20 : live.globalMemory();
        return OpenClBackend.on(Device.open(live, bytes, Programs::source));
      }
    }
    return null;
  }
}

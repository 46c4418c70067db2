package org.msrnn.backend.opencl;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.BackendProvider;
import org.msrnn.api.policy.Options;
import org.msrnn.api.testkit.ContractViolation;
import org.msrnn.api.testkit.KernelContract;
import org.msrnn.api.testkit.Rule;

/**
 * The process that does what may crash: {@code list} prints the devices, {@code check N} builds the
 * kernels for one of them and runs the kernel contract's quick look against the plain backend. What
 * it prints is read by {@link ProbeRun}.
 */
final class ProbeChild {
  private final PrintStream out;

  private ProbeChild(PrintStream out) {
    this.out = out;
  }

  /** Runs one probe. */
  public static void main(String[] arguments) {
    endWithParent();
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    new ProbeChild(out).run(arguments);
  }

  /** Our parent holds the other end of standard input: when that closes, nobody waits for us. */
  private static void endWithParent() {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // nothing is expected
                }
              } catch (IOException e) {
                // as good as its end
              }
              Runtime.getRuntime().halt(1);
            });
  }

  private void run(String[] arguments) {
    try {
      step("loading OpenCL and asking for its devices");
      List<DeviceInfo> devices = Devices.all();
      if (arguments[0].equals("list")) {
        devices.forEach(device -> say("answer", seen(device).line()));
      } else {
        say("answer", check(devices.get(Integer.parseInt(arguments[1]))).line());
      }
    } catch (MsrnnException e) {
      say("lack", String.valueOf(e.getMessage()));
    } catch (ContractViolation e) {
      say("lack", "its kernels compute wrongly: " + e.getMessage());
    } catch (LinkageError e) {
      say("lack", "OpenCL cannot be loaded: " + e.getMessage() + "; is libOpenCL.so.1 installed?");
    } catch (RuntimeException e) {
      say("lack", "OpenCL cannot be used: " + e);
    }
    out.println("@end");
  }

  private void step(String what) {
    say("step", what);
  }

  private void say(String kind, String what) {
    // tabs divide fields
    out.println("@" + kind + " " + what.replaceAll("[\\r\\n]+", " "));
  }

  /** A device without its handles. */
  static Verdict.Seen seen(DeviceInfo device) {
    return new Verdict.Seen(
        device.index(),
        device.gpu(),
        device.globalMemory(),
        device.doubles(),
        device.name(),
        device.platform(),
        device.driver());
  }

  private Verdict.Check check(DeviceInfo info) {
    Told told = new Told(this, "opening " + info.name());
    step(told.during);
    double device;
    boolean contract;
    try (OpenClBackend backend = new OpenClBackend(Device.open(info, info.globalMemory(), told))) {
      contract = contract(backend, told);
      told.begin("measuring memory of " + info.name());
      device = Bandwidth.ofDevice(backend.device());
      told.begin("closing " + info.name());
    }
    step("measuring memory of the host");
    return new Verdict.Check("", device, Bandwidth.ofHost(), contract);
  }

  /** Whether there was something to compare with; else kernels are built and run alone. */
  private static boolean contract(Backend backend, Told told) {
    BackendProvider plain = plain();
    try (Backend reference = plain == null ? null : plain.open(Options.none("backend plain"))) {
      Backend twin = reference == null ? backend : reference;
      Iterator<Rule> rules = KernelContract.of(backend, twin).quick().iterator();
      while (rules.hasNext()) {
        Rule rule = rules.next();
        told.begin("running '" + rule.name() + "'");
        rule.check();
      }
      return reference != null;
    }
  }

  private static @Nullable BackendProvider plain() {
    var providers = ServiceLoader.load(BackendProvider.class, ProbeChild.class.getClassLoader());
    for (Iterator<BackendProvider> all = providers.iterator(); ; ) {
      try {
        if (!all.hasNext()) {
          return null;
        }
        BackendProvider one = all.next();
        if (one.name().equals("plain")) {
          return one;
        }
      } catch (ServiceConfigurationError | LinkageError e) {
        // a broken provider is not our matter
      }
    }
  }

  /** Kernel sources, whose builds are told as steps of their own. */
  private static final class Told implements Sources {
    private final ProbeChild child;
    private String during;

    Told(ProbeChild child, String during) {
      this.child = child;
      this.during = during;
    }

    void begin(String what) {
      during = what;
      child.step(what);
    }

    @Override
    public String of(String file) {
      child.step("building " + file);
      return Programs.source(file);
    }

    @Override
    public void built(String file) {
      child.step(during);
    }
  }
}

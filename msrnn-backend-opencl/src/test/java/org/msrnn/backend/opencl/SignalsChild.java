package org.msrnn.backend.opencl;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.msrnn.api.testkit.KernelContract;

/** Has a driver load, compile and compute, and says which signals Java has lost by that. */
final class SignalsChild {
  private SignalsChild() {}

  /** Prints one line, {@code lost [signals], 1 / 0 what comes of it}. */
  public static void main(String[] arguments) {
    Lwjgl.prepare();
    long[] before = SignalHandlers.handlers();
    try (OpenClBackend backend = new OpenClBackend(Device.open(Devices.all().getFirst()))) {
      KernelContract.of(backend, backend).quick().limit(3).forEach(rule -> rule.check());
    }
    long[] now = SignalHandlers.handlers();
    int[] lost =
        IntStream.rangeClosed(1, now.length).filter(s -> now[s - 1] != before[s - 1]).toArray();
    System.out.println("lost " + Arrays.toString(lost) + ", 1 / 0 " + quotient(arguments.length));
  }

  /** Not compiled, so that the processor's fault is what finds the zero. */
  private static String quotient(int zero) {
    try {
      return "is " + 1 / zero;
    } catch (ArithmeticException e) {
      return "is refused";
    }
  }
}

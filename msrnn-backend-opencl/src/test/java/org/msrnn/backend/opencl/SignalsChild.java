package org.msrnn.backend.opencl;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.msrnn.api.testkit.KernelContract;

/**
 * Has a driver load, compile and compute while another thread stops for collections all the time,
 * and says which signals Java has lost by that.
 */
final class SignalsChild {
  @SuppressWarnings("unused") // so that loops are for something
  private static volatile long sum;

  private SignalsChild() {}

  /** Prints one line, {@code lost [signals], 1 / 0 what comes of it}. */
  public static void main(String[] arguments) {
    // one: two that fault at once may still meet no handler, if hardly ever
    Thread.ofPlatform().daemon().start(SignalsChild::count);
    Thread.ofPlatform().daemon().start(SignalsChild::collect);
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

  /** Compiled soon, for there are loops; a compiled loop stops by a fault. */
  private static void count() {
    for (long i = 0; ; i++) {
      long squares = 0;
      for (long j = 0; j < i; j++) {
        squares += j * j;
      }
      sum = squares;
    }
  }

  private static void collect() {
    while (true) {
      System.gc();
      LockSupport.parkNanos(5_000_000);
    }
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

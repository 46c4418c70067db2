package org.msrnn.backend.opencl;

import java.util.Arrays;
import java.util.Random;

/** A child process that does what drivers do to probes. */
final class FakeChild {
  private FakeChild() {}

  /** Does one of them. */
  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "well" -> {
        System.out.println("driver: hello");
        System.out.print("no end of line@step building rows.cl\n");
        System.out.println("@answer one\ttwo");
        System.err.println("warning on stderr");
        System.out.println("@end");
      }
      case "refuses" -> {
        System.out.println("@lack attention.cl does not build");
        System.out.println("@end");
      }
      case "SIGKILL" -> signal("-9");
      case "SIGSEGV" -> signal("-11");
      case "loop" -> {
        System.out.println("@step building attention.cl");
        while (true) {
          Thread.onSpinWait();
        }
      }
      case "steps" -> {
        while (true) {
          System.out.println("@step building attention.cl");
          Thread.sleep(1); // each step comes in time, and the whole never
        }
      }
      case "garbage" -> {
        byte[] garbage = new byte[100_000];
        new Random(5).nextBytes(garbage);
        System.out.write(garbage);
        System.out.println("\nthe end of the garbage");
        System.out.flush();
      }
      case "flood" -> {
        byte[] flood = new byte[1 << 20];
        Arrays.fill(flood, (byte) 'x');
        System.out.println("@step flooding");
        for (int i = 0; i < 100; i++) {
          System.out.write(flood); // a line of 100 MiB, and as much on stderr
          System.err.write(flood);
        }
        System.out.println();
        System.out.println("@answer still here");
        System.out.println("@end");
      }
      case "hangs at its exit" -> {
        System.out.println("@answer said\n@end");
        Thread.sleep(60_000); // as a driver that hangs in its own clean-up
      }
      case "crashes at its exit" -> {
        System.out.println("@answer said\n@end");
        signal("-9");
      }
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void signal(String number) throws Exception {
    System.out.println("@step building attention.cl");
    String self = Long.toString(ProcessHandle.current().pid());
    new ProcessBuilder("kill", number, self).inheritIO().start().waitFor();
    Thread.sleep(60_000); // the signal ends it before
  }
}

package org.msrnn.backend.cpu;

import java.util.Locale;
import jdk.incubator.vector.FloatVector;

/** Looks at what the Vector API makes of this machine. Loads only where that API is present. */
final class VectorProbe {
  private static final int LEAST_BITS = 128;

  private VectorProbe() {}

  /** What is missing, in a sentence, or an empty text. */
  static String lack() {
    return lack(
        FloatVector.SPECIES_PREFERRED.vectorBitSize(),
        System.getProperty("os.arch", "").toLowerCase(Locale.ROOT));
  }

  static String lack(int bits, String architecture) {
    if (bits < LEAST_BITS) {
      return "this Java runtime compiles no vector code ("
          + bits
          + "-bit vectors); use a HotSpot JVM with its C2 compiler switched on";
    }
    boolean x86 = architecture.equals("amd64") || architecture.equals("x86_64");
    if (x86 && bits == LEAST_BITS) {
      // AVX2 and fused multiply-add came together; without the latter each one is a method call
      return "the processor has no AVX2 with fused multiply-add, or it is switched off; use the"
          + " backend plain";
    }
    return "";
  }

  /** Vectors, processors and pages, and why they are what they are. */
  static String device() {
    String lack = HugePages.lack();
    return FloatVector.SPECIES_PREFERRED.vectorBitSize()
        + "-bit vectors (the widest that java compiles here), "
        + Runtime.getRuntime().availableProcessors()
        + " processors, "
        + (lack.isEmpty() ? "2 MiB pages" : "no 2 MiB pages: " + lack);
  }
}

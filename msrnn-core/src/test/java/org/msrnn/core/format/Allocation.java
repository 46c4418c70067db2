package org.msrnn.core.format;

import java.lang.reflect.Method;

/** Measures memory. By reflection, since the module under test does not read java.management. */
final class Allocation {
  private Allocation() {}

  /** Bytes that this thread has allocated on the heap since it began. */
  static long ofThisThread() {
    try {
      Class<?> factory = Class.forName("java.lang.management.ManagementFactory");
      Object bean = factory.getMethod("getThreadMXBean").invoke(null);
      Method method =
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getCurrentThreadAllocatedBytes");
      return (long) method.invoke(bean);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  /** Bytes of the heap in use once garbage is gone. */
  static long liveAfterGc() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}

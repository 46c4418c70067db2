package org.msrnn.backend.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;
import org.lwjgl.system.JNI;
import org.lwjgl.system.Platform;
import org.lwjgl.system.SharedLibrary;
import org.lwjgl.system.linux.LinuxLibrary;

/**
 * Java's signal handlers, put back when a driver has put its own in their place. Java cannot do
 * without: a thread that is to stop for a collection does so by a fault, and a division by zero
 * becomes an exception by one.
 *
 * <p>LLVM, the compiler in most drivers, handles nearly every signal from its first compilation on.
 * At a fault it puts back what was there before, but until it has done so there is no handler at
 * all, and another thread's fault ends the process without a word. It does so once a process: what
 * is put back here stays. PoCL goes over integer divisions by zero, Java's too: {@code 1 / 0} was
 * 1.
 */
final class SignalHandlers {
  /** More than any {@code struct sigaction}, whose first field is the handler. */
  private static final long ACTION = 256;

  /** The signals that are not real-time ones. */
  private static final int SIGNALS = 31;

  private SignalHandlers() {}

  /**
   * Lets a driver work, then puts the handlers back that were there before. One thread at a time,
   * lest one take the driver's handlers, seen during another's call, for Java's.
   *
   * @param call what may load a driver, or have it compile
   */
  static synchronized <T> T kept(Supplier<T> call) {
    if (Platform.get() != Platform.LINUX) {
      return call.get(); // other systems compile in processes of their own, or have no signals
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment before = read(arena);
      try {
        return call.get();
      } finally {
        putBack(before, read(arena));
      }
    }
  }

  /** The actions of all signals, one after the other. */
  private static MemorySegment read(Arena arena) {
    MemorySegment actions = arena.allocate(SIGNALS * ACTION, Long.BYTES);
    for (int s = 1; s <= SIGNALS; s++) {
      JNI.callPPI(s, 0L, actions.address() + (s - 1) * ACTION, LibC.SIGACTION);
    }
    return actions;
  }

  private static void putBack(MemorySegment before, MemorySegment now) {
    for (int s = 1; s <= SIGNALS; s++) {
      long at = (s - 1) * ACTION;
      if (handler(before, at) != handler(now, at)) {
        JNI.callPPI(s, before.address() + at, 0L, LibC.SIGACTION);
      }
    }
  }

  private static long handler(MemorySegment actions, long at) {
    return actions.get(ValueLayout.JAVA_LONG, at);
  }

  /** Addresses of handlers, by signal less 1; for tests. */
  static long[] handlers() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = read(arena);
      long[] handlers = new long[SIGNALS];
      for (int s = 0; s < SIGNALS; s++) {
        handlers[s] = handler(actions, s * ACTION);
      }
      return handlers;
    }
  }

  /** Where LWJGL is needed, and so not before it is set up. */
  private static final class LibC {
    static final SharedLibrary LIBRARY = new LinuxLibrary("libc.so.6");
    static final long SIGACTION = LIBRARY.getFunctionAddress("sigaction");
  }
}

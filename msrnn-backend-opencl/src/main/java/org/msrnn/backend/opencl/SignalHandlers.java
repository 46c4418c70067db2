package org.msrnn.backend.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.lwjgl.system.JNI;
import org.lwjgl.system.Platform;
import org.lwjgl.system.SharedLibrary;
import org.lwjgl.system.linux.LinuxLibrary;

/**
 * Java's signal handlers, put back when a driver has put its own in their place. Java cannot do
 * without: a thread that is to stop for a collection does so by a fault, and a division by zero
 * becomes an exception by one.
 *
 * <p>LLVM, the compiler in PoCL and others, handles nearly every signal from its first use on. At a
 * fault, which it takes for its own, it deletes the files that it writes and puts back what was
 * there before; but until it has done so there is no handler at all, and another thread's fault
 * ends the process without a word. PoCL goes over integer divisions by zero, Java's too: {@code 1 /
 * 0} was 1 (so a kernel must not divide by zero). They take the handlers once: what is put back
 * here stays.
 */
final class SignalHandlers {
  /** More than any {@code struct sigaction}, whose first field is the handler. */
  static final long ACTION = 256;

  /** The signals that are not real-time ones. */
  private static final int SIGNALS = 31;

  /**
   * Between two looks during a call. In so short a time threads hardly ever stop; where many
   * compute and collect all the time while a driver loads, the JDK's {@code libjsig} is to be
   * preloaded.
   */
  private static final long NANOS = 20_000;

  private final MemorySegment before = actions();
  private final MemorySegment now = actions();
  private boolean done;

  private SignalHandlers() {}

  /**
   * Lets a driver work; meanwhile and afterwards puts the handlers back that were there before. One
   * thread at a time, lest one take the driver's handlers, seen during another's call, for Java's.
   *
   * @param call what may load a driver, or have it compile
   */
  static synchronized <T> T kept(Supplier<T> call) {
    if (Platform.get() != Platform.LINUX) {
      return call.get(); // numbers and structures of signals are others elsewhere: not tried there
    }
    var handlers = new SignalHandlers();
    Thread.ofPlatform().daemon().name("signal-handlers").start(handlers::keep);
    try {
      return call.get();
    } finally {
      handlers.end();
    }
  }

  private void keep() {
    while (putBack()) {
      LockSupport.parkNanos(NANOS);
    }
  }

  private synchronized void end() {
    putBack();
    done = true;
  }

  /** Puts back what has changed; returns whether to come again. */
  private synchronized boolean putBack() {
    if (!done) {
      read(now);
      for (int s = 1; s <= SIGNALS; s++) {
        if (handler(before, s) != handler(now, s)) {
          JNI.callPPI(s, action(before, s).address(), 0L, LibC.SIGACTION);
        }
      }
    }
    return !done;
  }

  /** What the process does at each signal, now. */
  private static MemorySegment actions() {
    MemorySegment actions = Arena.ofAuto().allocate(SIGNALS * ACTION, Long.BYTES);
    read(actions);
    return actions;
  }

  private static void read(MemorySegment actions) {
    for (int s = 1; s <= SIGNALS; s++) {
      JNI.callPPI(s, 0L, action(actions, s).address(), LibC.SIGACTION);
    }
  }

  private static MemorySegment action(MemorySegment actions, int signal) {
    return actions.asSlice((signal - 1) * ACTION, ACTION);
  }

  private static long handler(MemorySegment actions, int signal) {
    return action(actions, signal).get(ValueLayout.JAVA_LONG, 0);
  }

  /** Addresses of handlers, by signal less 1; for tests. */
  static long[] handlers() {
    MemorySegment actions = actions();
    return IntStream.rangeClosed(1, SIGNALS).mapToLong(s -> handler(actions, s)).toArray();
  }

  /** Where LWJGL is needed, and so not before it is set up. */
  private static final class LibC {
    static final SharedLibrary LIBRARY = new LinuxLibrary("libc.so.6");
    static final long SIGACTION = LIBRARY.getFunctionAddress("sigaction");
  }
}

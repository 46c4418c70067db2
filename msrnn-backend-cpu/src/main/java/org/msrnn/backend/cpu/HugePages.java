package org.msrnn.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Memory in pages of 2 MiB: a stream of weights then misses the table of pages less often. The
 * system is asked before the memory is touched ({@code mmap}, {@code madvise}), which needs Linux
 * and native access for this module; elsewhere there is no such memory, and {@link #lack} says why.
 */
final class HugePages {
  /** Bytes of a page. */
  static final long PAGE = 2L << 20;

  /** The fewest bytes that are worth a mapping of their own. */
  static final long LEAST = 2 * PAGE;

  private static final Path SETTINGS = Path.of("/sys/kernel/mm/transparent_hugepage");
  private static final int READ_WRITE = 3; // PROT_READ | PROT_WRITE
  private static final int PRIVATE_ANONYMOUS = 0x22; // MAP_PRIVATE | MAP_ANONYMOUS
  private static final int HUGE = 14; // MADV_HUGEPAGE
  private static final long FAILED = -1; // MAP_FAILED

  private static final boolean AVAILABLE = lack().isEmpty();

  private HugePages() {}

  /** Why there is no such memory, in a few words; empty if there is. */
  static String lack() {
    if (!HugePages.class.getModule().isNativeAccessEnabled()) {
      return "java was started without --enable-native-access=org.msrnn.backend.cpu";
    }
    try {
      return lack(
          Files.readString(SETTINGS.resolve("enabled")),
          Files.readString(SETTINGS.resolve("hpage_pmd_size")));
    } catch (IOException e) {
      return "the system has none";
    }
  }

  /** The same from what the system says of itself. */
  static String lack(String enabled, String pageBytes) {
    if (!pageBytes.strip().equals(Long.toString(PAGE))) {
      return "the system's large pages have " + pageBytes.strip() + " bytes";
    }
    return enabled.contains("[madvise]") || enabled.contains("[always]")
        ? ""
        : "the system has them switched off";
  }

  /**
   * Zeroed memory, unmapped when the arena is closed. What is beyond the last whole page lies in
   * small pages.
   *
   * @param bytes at least {@link #LEAST}
   * @return null if there is no such memory, or not as much
   */
  @SuppressWarnings("restricted") // native access was granted, or AVAILABLE is false
  static @Nullable MemorySegment map(long bytes, Arena arena) {
    if (bytes > Long.MAX_VALUE - PAGE || !AVAILABLE) {
      return null;
    }
    long mapped = bytes + PAGE;
    long base = Calls.map(mapped);
    if (base == FAILED) {
      return null;
    }
    long start = (base + PAGE - 1) & -PAGE;
    Calls.advise(start, bytes & -PAGE);
    return MemorySegment.ofAddress(start)
        .reinterpret(bytes, arena, memory -> Calls.unmap(base, mapped));
  }

  /**
   * The system's functions; loaded only where they are called. They throw nothing, but a method
   * handle's {@code invokeExact} is declared to throw anything.
   */
  private static final class Calls {
    private static final MethodHandle MMAP =
        handle(
            "mmap",
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MADVISE =
        handle("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MUNMAP =
        handle("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

    @SuppressWarnings("restricted") // as above
    private static MethodHandle handle(String name, FunctionDescriptor type) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }

    static long map(long bytes) {
      try {
        return (long) MMAP.invokeExact(0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      } catch (Throwable e) { // what invokeExact is declared to throw
        throw new IllegalStateException("mmap", e);
      }
    }

    /** A refusal costs speed, no more. */
    static void advise(long address, long bytes) {
      try {
        int ignored = (int) MADVISE.invokeExact(address, bytes, HUGE);
      } catch (Throwable e) { // as above
        throw new IllegalStateException("madvise", e);
      }
    }

    static void unmap(long address, long bytes) {
      try {
        int ignored = (int) MUNMAP.invokeExact(address, bytes);
      } catch (Throwable e) { // as above
        throw new IllegalStateException("munmap", e);
      }
    }
  }
}

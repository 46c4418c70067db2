package org.msrnn.eval.bench;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A buffer in pages of 2 MiB, such as fast backends keep weights in: in small pages a measurement
 * would be of how fast addresses are looked up. Linux gives them where it is asked to before the
 * memory is touched.
 */
@SuppressWarnings("restricted") // native access is asked for before
final class LargePages {
  private static final Path SETTING = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
  private static final long PAGE = 2L << 20;
  private static final int READ_WRITE = 3; // PROT_READ | PROT_WRITE
  private static final int PRIVATE_ANONYMOUS = 0x22; // MAP_PRIVATE | MAP_ANONYMOUS
  private static final long FAILED = -1; // MAP_FAILED
  private static final int HUGE = 14; // MADV_HUGEPAGE

  private LargePages() {}

  /**
   * Zeroed memory that is unmapped with its arena, or null where there are no such pages, or java
   * was started without native access for this module.
   */
  static @Nullable MemorySegment map(long bytes, Arena arena) {
    if (!Files.isReadable(SETTING) || !LargePages.class.getModule().isNativeAccessEnabled()) {
      return null;
    }
    MethodHandle mmap =
        call("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    MethodHandle madvise = call("madvise", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    MethodHandle munmap = call("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
    try {
      long mapped = bytes + PAGE;
      long base = (long) mmap.invokeExact(0L, mapped, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      if (base == FAILED) {
        return null;
      }
      long start = base + PAGE - 1 & -PAGE;
      boolean given = 0 == (int) madvise.invokeExact(start, bytes & -PAGE, HUGE);
      MemorySegment memory =
          MemorySegment.ofAddress(start)
              .reinterpret(bytes, arena, m -> unmap(munmap, base, mapped));
      return given && !Files.readString(SETTING).contains("[never]") ? memory : null;
    } catch (Throwable e) { // what invokeExact is declared to throw
      throw new IllegalStateException("mmap", e);
    }
  }

  private static void unmap(MethodHandle munmap, long base, long bytes) {
    try {
      int ignored = (int) munmap.invokeExact(base, bytes);
    } catch (Throwable e) { // as above
      throw new IllegalStateException("munmap", e);
    }
  }

  private static MethodHandle call(String name, ValueLayout result, ValueLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    var type = FunctionDescriptor.of(result, arguments);
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }
}

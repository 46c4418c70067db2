package org.msrnn.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.lwjgl.system.JNI;
import org.lwjgl.system.linux.LinuxLibrary;

/** Drivers handle signals of the whole process: Java's handlers must be there after each call. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "handlers are put back on Linux alone")
class SignalHandlersTest {
  /** A signal that Java does not use. */
  private static final int USR1 = 10;

  /** {@code SIG_IGN}. */
  private static final long IGNORED = 1;

  /** In a new process: a driver's compiler puts its handlers in place at its first use alone. */
  @Test
  void areJavasAfterADriverHasCompiledAndComputed(@TempDir Path folder) throws Exception {
    TestDevice.info(); // skips or fails without a device
    List<String> command = new ArrayList<>(ChildJvm.command(SignalsChild.class));
    command.add(
        1,
        "--patch-module="
            + SignalsChild.class.getModule().getName()
            + "="
            + Path.of("target", "test-classes").toAbsolutePath());
    Path out = folder.resolve("out");
    Process child =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    assertThat(child.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(out).content(StandardCharsets.UTF_8).contains("lost [], 1 / 0 is refused");
  }

  @Test
  @Timeout(60)
  void arePutBackDuringTheCallAndWhenItFails() {
    Lwjgl.prepare();
    long[] before = SignalHandlers.handlers();
    assertThat(before[USR1 - 1]).isNotEqualTo(IGNORED);
    assertThatThrownBy(
            () ->
                SignalHandlers.kept(
                    () -> {
                      ignore(USR1);
                      while (SignalHandlers.handlers()[USR1 - 1] == IGNORED) {
                        Thread.onSpinWait();
                      }
                      ignore(USR1); // most likely put back at the end alone
                      throw new IllegalStateException("the driver");
                    }))
        .hasMessage("the driver");
    assertThat(SignalHandlers.handlers()).isEqualTo(before);
  }

  private static void ignore(int signal) {
    try (Arena arena = Arena.ofConfined();
        var libc = new LinuxLibrary("libc.so.6")) {
      MemorySegment action = arena.allocate(SignalHandlers.ACTION, Long.BYTES);
      action.set(ValueLayout.JAVA_LONG, 0, IGNORED);
      long sigaction = libc.getFunctionAddress("sigaction");
      assertThat(JNI.callPPI(signal, action.address(), 0L, sigaction)).isZero();
    }
  }
}

package org.msrnn.eval.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Linux says of memory; other systems are not asked. */
public final class SystemMemory {
  private static final Path PROCESS = Path.of("/proc/self/status");
  private static final Path MACHINE = Path.of("/proc/meminfo");

  private SystemMemory() {}

  /** The most bytes that this process ever had in memory. */
  public static OptionalLong peak() {
    return read(PROCESS, "VmHWM");
  }

  /** Bytes that could be taken without swapping. */
  static OptionalLong available() {
    return read(MACHINE, "MemAvailable");
  }

  private static OptionalLong read(Path file, String field) {
    try {
      return field(Files.readString(file), field);
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** A line such as {@code VmHWM: 1024 kB}, in bytes. */
  static OptionalLong field(String text, String name) {
    Matcher matcher =
        Pattern.compile("(?m)^" + Pattern.quote(name) + ":\\s+([0-9]{1,15}) kB$").matcher(text);
    return matcher.find()
        ? OptionalLong.of(1024 * Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }
}

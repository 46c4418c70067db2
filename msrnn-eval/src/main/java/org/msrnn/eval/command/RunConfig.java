package org.msrnn.eval.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.io.TextFile;
import org.msrnn.eval.task.CodeVersion;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code config.json}: the grid as it was asked for last, and what it ran on. The one file beside a
 * journal that cannot be made from it.
 *
 * @param spec the command
 * @param backend the backend and its device
 */
record RunConfig(@Nullable CommandSpec spec, String backend) {

  /** Writes the file. */
  void write(Path folder) {
    Map<String, @Nullable Object> config = new LinkedHashMap<>();
    if (spec != null) {
      config.put("command", spec.name());
      config.put("options", options(spec));
    }
    config.put("version", CodeVersion.current());
    config.put("backend", backend);
    config.put("java", Runtime.version() + ", " + System.getProperty("java.vm.name"));
    config.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    config.put("processor", processor());
    config.put("processors", Runtime.getRuntime().availableProcessors());
    TextFile.replace(folder.resolve("config.json"), Json.pretty(config) + "\n");
  }

  /** Every option with the value that it had, given or not. */
  private static Map<String, @Nullable Object> options(CommandSpec spec) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (OptionSpec option : spec.options()) {
      if (!option.usageHelp() && !option.versionHelp()) {
        values.put(option.longestName().replaceAll("^-+", ""), plain(option.getValue()));
      }
    }
    return values;
  }

  private static @Nullable Object plain(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Number number -> number;
      case Boolean flag -> flag;
      case Collection<?> list -> list.stream().map(RunConfig::plain).toList();
      default -> value.toString();
    };
  }

  /** The processor's name where the system tells it, else its kind. */
  private static String processor() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    } catch (IOException e) {
      // Only Linux has it.
    }
    return System.getProperty("os.arch");
  }
}

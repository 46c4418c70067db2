package org.msrnn.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A finished run of a program.
 *
 * @param code exit code
 * @param out what it printed
 * @param err what it printed on the error stream
 */
record Run(int code, String out, String err) {
  private static final long MOST_SECONDS = 300;

  /** Runs the launcher of the msrnn image. */
  static Run msrnn(String... arguments) throws IOException, InterruptedException {
    return program(image().resolve("bin/msrnn"), arguments);
  }

  static Path image() {
    return Path.of(System.getProperty("msrnn.image"));
  }

  static Run program(Path program, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile("out", ".txt");
    Path err = Files.createTempFile("err", ".txt");
    var builder = new ProcessBuilder(command);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("JAVA_HOME");
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(command + " did not end; it said " + Files.readString(err));
    }
    return new Run(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }
}

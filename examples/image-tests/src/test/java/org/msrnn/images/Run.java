package org.msrnn.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What came of a command: its exit code and what it wrote. */
record Run(int exit, String out, String err) {
  private static final long MINUTES = 5;

  static Run of(Path program, String... arguments) throws IOException, InterruptedException {
    return of(Map.of(), program, arguments);
  }

  static Run of(Map<String, String> environment, Path program, String... arguments)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("msrnn", ".out");
    Path err = Files.createTempFile("msrnn", ".err");
    try {
      var builder = new ProcessBuilder(program.toString());
      builder.command().addAll(List.of(arguments));
      builder.environment().remove("MSRNN_JAVA_OPTS");
      builder.environment().putAll(environment);
      builder.redirectOutput(out.toFile()).redirectError(err.toFile());
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException("still running after " + MINUTES + " minutes: " + builder);
      }
      return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}

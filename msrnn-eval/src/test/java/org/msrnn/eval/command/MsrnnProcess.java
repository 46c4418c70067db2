package org.msrnn.eval.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The command in a process of its own, its modules those of this test run.
 *
 * @param process the process
 * @param err where its standard error goes
 */
record MsrnnProcess(Process process, Path err) implements AutoCloseable {
  private static final int MINUTES = 5;

  /** Starts it; standard output is thrown away. */
  static MsrnnProcess start(List<String> args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Dguice_bytecode_gen_option=DISABLED",
                "--module-path",
                System.getProperty("jdk.module.path"),
                "--class-path",
                System.getProperty("java.class.path"),
                "--module",
                "org.msrnn.eval/org.msrnn.eval.Main"));
    command.addAll(args);
    Path err = Files.createTempFile("msrnn", ".err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(err.toFile())
            .start();
    return new MsrnnProcess(process, err);
  }

  /** Its exit code. */
  int code() throws IOException, InterruptedException {
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      throw new IOException("msrnn did not end: " + messages());
    }
    return process.exitValue();
  }

  /** What it said beside warnings of Java. */
  String messages() throws IOException {
    return String.join(
        "\n",
        Files.readString(err, StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.startsWith("WARNING: "))
            .toList());
  }

  /** SIGKILL, where it still runs. */
  @Override
  public void close() throws IOException, InterruptedException {
    process.destroyForcibly().waitFor();
    Files.deleteIfExists(err);
  }
}

package org.msrnn.eval.command;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a command reads and writes.
 *
 * @param in what {@code -} as a file or prompt stands for
 * @param out results
 * @param err progress, notes and errors
 * @param terminal whether {@code err} is a terminal, on which a line can be drawn over
 * @param interactive whether {@code in} is one too: somebody types
 */
public record Console(
    InputStream in, PrintWriter out, PrintWriter err, boolean terminal, boolean interactive) {

  /** The streams of this process, in UTF-8 whatever the locale. */
  public static Console ofProcess() {
    boolean terminal = isTerminal(2);
    return new Console(
        System.in,
        writer(FileDescriptor.out),
        writer(FileDescriptor.err),
        terminal,
        terminal && isTerminal(0));
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), false);
  }

  /** Java knows only of standard input and output together; Linux can be asked for each. */
  private static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (java.io.IOException | UnsupportedOperationException e) {
      return Optional.ofNullable(System.console()).filter(java.io.Console::isTerminal).isPresent();
    }
  }

  /** Prints a line of the result. */
  void print(String line) {
    out.println(line);
    out.flush();
  }

  /** Prints a note that is no part of the result. */
  void note(String line) {
    err.println("msrnn: " + line);
    err.flush();
  }
}

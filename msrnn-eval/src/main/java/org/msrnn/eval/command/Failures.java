package org.msrnn.eval.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.IoReason;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Failures as one sentence on standard error, and an exit code. */
final class Failures {
  private final MsrnnCommand root;
  private final Console console;

  Failures(MsrnnCommand root, Console console) {
    this.root = root;
    this.console = console;
  }

  /** A command line that picocli does not understand. */
  int usage(ParameterException failure) {
    var line = failure.getCommandLine();
    String message = String.valueOf(failure.getMessage()).replaceAll("\\s*\\R\\s*", " ");
    if (failure instanceof UnmatchedArgumentException unmatched
        && !line.getSubcommands().isEmpty()
        && !unmatched.isUnknownOption()) {
      message =
          "there is no command '"
              + unmatched.getUnmatched().getFirst()
              + "'; there are "
              + String.join(", ", line.getSubcommands().keySet());
    }
    String command = line.getCommandSpec().qualifiedName();
    say(
        decapitalised(message)
            + (message.contains("--help") ? "" : "; see " + command + " --help"));
    trace(failure);
    return CommandLine.ExitCode.USAGE;
  }

  /** A command that failed. */
  int report(Throwable failure) {
    int code = CommandLine.ExitCode.SOFTWARE;
    switch (failure) {
      case InvalidOptionException e -> {
        say(String.valueOf(e.getMessage()));
        code = CommandLine.ExitCode.USAGE;
      }
      case MsrnnException e -> say(String.valueOf(e.getMessage()));
      case IOException e -> say(IoReason.of(e));
      case UncheckedIOException e when e.getCause() != null ->
          say(e.getMessage() + ": " + IoReason.of(e.getCause()));
      case OutOfMemoryError e ->
          say(
              "memory is used up ("
                  + e.getMessage()
                  + "); use a smaller --state or model, or give Java more memory");
      default ->
          say(
              "failed in a way that was not foreseen ("
                  + failure
                  + ")"
                  + (root.trace ? "" : "; run it again with --trace and report what it prints"));
    }
    trace(failure);
    return code;
  }

  private void say(String sentence) {
    console.out().flush();
    console.note(sentence);
  }

  private void trace(Throwable failure) {
    if (root.trace) {
      failure.printStackTrace(console.err());
      console.err().flush();
    }
  }

  private static String decapitalised(String message) {
    return message.isEmpty()
        ? message
        : Character.toLowerCase(message.charAt(0)) + message.substring(1);
  }
}

package org.msrnn.eval;

import org.msrnn.eval.command.Console;
import org.msrnn.eval.command.MsrnnCommand;

/** The entry of the {@code msrnn} command. */
public final class Main {
  static {
    // Guice's own byte code generation needs sun.misc.Unsafe; reflection needs only "opens".
    if (System.getProperty("guice_bytecode_gen_option") == null) {
      System.setProperty("guice_bytecode_gen_option", "DISABLED");
    }
  }

  private Main() {}

  /**
   * Runs a command and ends the process: 0 for success, 1 for failure, 2 for wrong usage.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(run(Console.ofProcess(), args));
  }

  /** Runs a command in this process and gives its exit code. */
  static int run(Console console, String... args) {
    return MsrnnCommand.run(console, args);
  }
}

package org.msrnn.eval.command;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.msrnn.eval.io.Json;

/** The command in this process, with its streams in memory. */
record Cli(int code, String out, String err) {

  static Cli run(String... args) {
    return runWithInput("", args);
  }

  static Cli runWithInput(String input, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Console console =
        new Console(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintWriter(out),
            new PrintWriter(err),
            false,
            false);
    int code = MsrnnCommand.run(console, args);
    console.out().flush();
    console.err().flush();
    return new Cli(code, out.toString(), err.toString());
  }

  /** The one JSON object that standard output must be. */
  @SuppressWarnings("unchecked")
  Map<String, Object> json() {
    return (Map<String, Object>) Json.read(out, Map.class);
  }
}

package org.msrnn.eval.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.MultiState;
import org.msrnn.eval.io.IoReason;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.task.Conversation;
import org.msrnn.eval.task.Generator;
import org.msrnn.eval.task.Machine.Setup;

/**
 * A conversation over lines of text. Standard output has the answers alone; everything else that is
 * said goes to standard error.
 */
final class ChatLoop {
  private static final String HELP =
      """
      /state      what is remembered, and what it takes
      /reset      forget everything
      /save FILE  write what is remembered to a file
      /load FILE  go on from such a file, under the same model, policy and state size
      /help       these lines
      /quit       end; so does the end of the input
      //TEXT      say a text that begins with a slash\
      """;

  private final Session session;
  private final Console console;
  private final Conversation conversation;
  private final String model;
  private final Setup setup;
  private final Consumer<Map<String, @Nullable Object>> describe;

  /**
   * A loop.
   *
   * @param model its name
   * @param describe puts into a turn's JSON what is the same for all turns
   */
  ChatLoop(
      Session session,
      Conversation conversation,
      String model,
      Setup setup,
      Consumer<Map<String, @Nullable Object>> describe) {
    this.session = session;
    this.console = session.console();
    this.conversation = conversation;
    this.model = model;
    this.setup = setup;
    this.describe = describe;
  }

  /** Runs until {@code /quit} or the end of the input. */
  void run() {
    if (console.interactive()) {
      console.note(
          model
              + ", policy "
              + setup.policy()
              + ", "
              + (setup.state() == null
                  ? "every state is kept"
                  : "at most " + Numbers.count(setup.state()) + " states a layer")
              + "; /help lists commands");
    }
    try {
      var lines =
          new BufferedReader(
              new InputStreamReader(console.in(), StandardCharsets.UTF_8.newDecoder()));
      prompt();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!take(line)) {
          return;
        }
        prompt();
      }
      if (console.interactive()) {
        console.err().println(); // the last prompt got no line
      }
    } catch (CharacterCodingException e) {
      throw new MsrnnException("standard input is not UTF-8", e);
    } catch (IOException e) {
      throw new MsrnnException("cannot read standard input: " + IoReason.of(e), e);
    }
  }

  private void prompt() {
    if (console.interactive()) {
      console.err().print("> ");
      console.err().flush();
    }
  }

  /** Takes a line; false where it was the last. */
  private boolean take(String line) {
    if (line.startsWith("//")) {
      say(line.substring(1));
    } else if (line.startsWith("/")) {
      return command(line.strip());
    } else if (!line.isBlank()) {
      say(line);
    }
    return true;
  }

  private boolean command(String line) {
    String[] words = line.split("\\s+", 2);
    String argument = words.length == 1 ? "" : words[1];
    try {
      switch (words[0]) {
        case "/quit" -> {
          return false;
        }
        case "/help" -> note(HELP);
        case "/state" -> note(figures(conversation.state()));
        case "/reset" -> {
          conversation.reset();
          note("everything is forgotten");
        }
        case "/save" -> {
          conversation.save(file(words[0], argument));
          note(figures(conversation.state()) + " written to " + argument);
        }
        case "/load" -> {
          conversation.load(file(words[0], argument));
          note(figures(conversation.state()) + " read from " + argument);
        }
        default ->
            note("there is no command " + words[0] + "; /help lists them, //TEXT says a text");
      }
    } catch (MsrnnException e) {
      note(String.valueOf(e.getMessage()));
    }
    return true;
  }

  private static Path file(String command, String argument) {
    try {
      if (!argument.isEmpty()) {
        return Path.of(argument);
      }
    } catch (InvalidPathException e) {
      throw new MsrnnException("'" + argument + "' is no name of a file", e);
    }
    throw new MsrnnException(command + " needs the name of a file: " + command + " FILE");
  }

  private void note(String lines) {
    lines.lines().forEach(console::note);
  }

  private void say(String user) {
    Conversation.Answer answer = conversation.say(user, session.json() ? piece -> {} : this::print);
    Generator.Result result = answer.result();
    if (session.json()) {
      console.print(Json.line(json(user, answer)));
    } else {
      console.print("");
    }
    note(
        figures(conversation.state())
            + ", "
            + Numbers.fixed(result.tokens().length / Math.max(result.tokenSeconds(), 1e-9), 0)
            + " tokens/s");
  }

  private void print(String piece) {
    console.out().print(piece);
    console.out().flush();
  }

  private String figures(MultiState state) {
    return "state "
        + Numbers.count(state.states())
        + (setup.state() == null ? " (unbounded)" : " of " + Numbers.count(setup.state()))
        + ", "
        + Numbers.bytes(state.bytes())
        + ", "
        + Numbers.count(state.evictions())
        + " evictions";
  }

  private Map<String, Object> json(String user, Conversation.Answer answer) {
    MultiState state = conversation.state();
    Generator.Result result = answer.result();
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("user", user);
    json.put("text", answer.text());
    json.put("promptTokens", result.prompt());
    json.put("newTokens", result.tokens().length);
    json.put("ended", result.ended());
    json.put("stopped", result.stopped());
    json.put("tokens", state.tokens());
    json.put("states", state.states());
    json.put("peakStates", state.peakStates());
    json.put("stateBytes", state.bytes());
    json.put("evictions", state.evictions());
    json.put("promptSeconds", result.promptSeconds());
    json.put("seconds", result.tokenSeconds());
    describe.accept(json);
    json.put("settings", setup.settings());
    return JsonNulls.allowed(json);
  }
}

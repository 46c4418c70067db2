package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.MultiState;
import org.msrnn.core.sampling.Sampler;
import org.msrnn.core.sampling.Sampling;
import org.msrnn.eval.io.IoReason;
import org.msrnn.eval.io.TextFile;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.task.Generator;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.TokenText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code msrnn generate}. */
@Command(name = "generate", description = "Goes on from a prompt, token by token.")
final class GenerateCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-p", "--prompt"},
      required = true,
      paramLabel = "TEXT",
      description = "The prompt; - reads it from standard input.")
  String prompt = "";

  @Mixin StateOptions.One one = new StateOptions.One();
  @Mixin StateOptions state = new StateOptions();
  @Mixin SamplingOptions options = new SamplingOptions();

  @Option(
      names = "--stats",
      description = "Report speed, states and memory on standard error afterwards.")
  boolean stats;

  @Inject
  GenerateCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Sampling sampling = options.sampling(state.seed, 0);
    String text = prompt.equals("-") ? standardInput() : prompt;
    Machine machine = session.machine();
    Setup setup = machine.setup(state.spec(one.policy(), one.state));
    var tokenizer = machine.model().tokenizer();
    int[] ids = Generator.prompt(tokenizer, text);
    if (ids.length == 0) {
      throw new MsrnnException(
          "the prompt is empty and this model has no BOS token to begin with: give it a prompt");
    }
    var generator = new Generator(machine.model().msrnn(), new Sampler(sampling), tokenizer::ends);
    TokenText written = new TokenText(tokenizer, text.isEmpty(), options.stops, this::say);
    try (MultiState multiState = machine.model().msrnn().start(setup.spec())) {
      Generator.Result result = generator.run(multiState, ids, options.count, written::accept);
      String all = written.end();
      if (session.json()) {
        session.print(json(setup, sampling, result, multiState, all), "");
      } else {
        session.console().print("");
      }
      if (stats) {
        session.console().note(statistics(setup, result, multiState));
      }
    }
    return 0;
  }

  /** Text as it comes; with {@code --json} it is kept for the end. */
  private void say(String piece) {
    if (!session.json()) {
      session.console().out().print(piece);
      session.console().out().flush();
    }
  }

  private String standardInput() {
    try {
      return TextFile.decode(session.console().in().readAllBytes(), "standard input");
    } catch (IOException e) {
      throw new MsrnnException("cannot read standard input: " + IoReason.of(e), e);
    }
  }

  private Map<String, Object> json(
      Setup setup, Sampling sampling, Generator.Result result, MultiState multiState, String text) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("text", text);
    json.put("ids", result.tokens());
    json.put("promptTokens", result.prompt());
    json.put("newTokens", result.tokens().length);
    json.put("ended", result.ended());
    json.put("stopped", result.stopped());
    json.put("states", multiState.states());
    json.put("peakStates", multiState.peakStates());
    json.put("stateBytes", multiState.bytes());
    json.put("evictions", multiState.evictions());
    json.put("promptSeconds", result.promptSeconds());
    json.put("seconds", result.tokenSeconds());
    options.describe(sampling, json);
    json.put("settings", setup.settings());
    return JsonNulls.allowed(json);
  }

  private static String statistics(Setup setup, Generator.Result result, MultiState multiState) {
    Integer k = setup.state();
    return "prompt "
        + Numbers.count(result.prompt())
        + " tokens, "
        + rate(result.prompt(), result.promptSeconds())
        + "; generated "
        + Numbers.count(result.tokens().length)
        + " tokens, "
        + rate(result.tokens().length, result.tokenSeconds())
        + "; states "
        + Numbers.count(multiState.states())
        + (k == null ? " (unbounded)" : " of " + Numbers.count(k))
        + ", "
        + Numbers.bytes(multiState.bytes())
        + " of keys and values, "
        + Numbers.count(multiState.evictions())
        + " evictions";
  }

  private static String rate(int tokens, double seconds) {
    return Numbers.fixed(tokens / Math.max(seconds, 1e-9), 1) + " tokens/s";
  }
}

package org.msrnn.eval.command;

import com.google.common.primitives.Ints;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.MultiState;
import org.msrnn.core.Model;
import org.msrnn.core.sampling.Sampler;
import org.msrnn.core.sampling.Sampling;
import org.msrnn.eval.io.IoReason;
import org.msrnn.eval.io.TextFile;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.task.Generator;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.SavedText;
import org.msrnn.eval.task.SpecText;
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
      paramLabel = "TEXT",
      description =
          "The prompt; - reads it from standard input. Several are answered one by one, each for"
              + " itself.")
  List<String> prompts = new ArrayList<>();

  @Mixin StateOptions.One one = new StateOptions.One();
  @Mixin StateOptions state = new StateOptions();
  @Mixin SamplingOptions options = new SamplingOptions();
  @Mixin SavedTextOptions files = new SavedTextOptions();

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
    SavedText saved = files.loaded();
    long seed = saved == null ? state.seed : saved.spec().seed();
    Sampling sampling = options.sampling(seed, 0, files.save == null ? 1 : 0);
    List<String> texts = texts(saved);
    Machine machine = session.machine();
    Setup setup =
        saved == null
            ? machine.setup(state.spec(one.policy(), one.state))
            : files.setup(machine, saved, one, state);
    var context = new Context(machine, setup, sampling, saved);
    List<Map<String, Object>> results = new ArrayList<>();
    try (MultiState base = base(machine, setup)) {
      if (texts.size() == 1) {
        results.add(answer(context, base, texts.getFirst()));
      } else {
        for (String text : texts) {
          try (MultiState copy = base.fork()) {
            results.add(answer(context, copy, text));
          }
        }
      }
    }
    if (session.json()) {
      session.print(results.size() == 1 ? results.getFirst() : results, "");
    }
    return 0;
  }

  /**
   * What all prompts of a call share.
   *
   * @param saved what was loaded, or null
   */
  private record Context(
      Machine machine, Setup setup, Sampling sampling, @Nullable SavedText saved) {}

  private List<String> texts(@Nullable SavedText saved) {
    if (prompts.isEmpty() && saved == null) {
      throw new InvalidOptionException("-p", "no prompt was given: -p TEXT, or -p - to read one");
    }
    if (prompts.size() > 1 && files.save != null) {
      throw new InvalidOptionException(
          "--save-state", "--save-state goes with one prompt, " + prompts.size() + " were given");
    }
    if (prompts.stream().filter("-"::equals).count() > 1) {
      throw new InvalidOptionException("-p", "-p - stands twice; standard input is read once");
    }
    return prompts.isEmpty()
        ? List.of("")
        : prompts.stream().map(p -> p.equals("-") ? standardInput() : p).toList();
  }

  private MultiState base(Machine machine, Setup setup) {
    return files.load == null
        ? machine.model().msrnn().start(setup.spec())
        : SavedText.readState(files.load, machine, setup);
  }

  /** Goes on from a state; the result is for {@code --json}. */
  private Map<String, Object> answer(Context context, MultiState multiState, String text) {
    Model model = context.machine.model();
    var tokenizer = model.tokenizer();
    SavedText saved = context.saved;
    int[] ids = saved == null ? Generator.prompt(tokenizer, text) : tokenizer.encode(text);
    if (ids.length == 0 && saved == null) {
      throw new MsrnnException(
          "the prompt is empty and this model has no BOS token to begin with: give it a prompt");
    }
    Sampler sampler = new Sampler(context.sampling);
    int[] recent = saved == null ? new int[0] : saved.recent();
    for (int token : recent) {
      sampler.accept(token);
    }
    float[] logits = saved == null ? new float[model.info().vocabulary()] : saved.logits().clone();
    boolean atStart = text.isEmpty() && saved == null;
    TokenText written = new TokenText(tokenizer, atStart, options.stops, this::say);
    Generator.Result result =
        new Generator(model.msrnn(), sampler, tokenizer::ends)
            .run(multiState, logits, ids, options.count, written::accept);
    String all = written.end();
    if (!session.json() && options.count > 0) {
      session.console().print("");
    }
    if (files.save != null) {
      int[] tokens = result.tokens();
      if (tokens.length > 0 && !result.ended()) {
        model.msrnn().step(multiState, tokens[tokens.length - 1], logits);
      }
      int[] last = last(Ints.concat(recent, ids, tokens), options.repetitionWindow);
      save(files.save, multiState, new SavedText(spec(saved), last, logits));
    }
    if (stats) {
      session.console().note(statistics(context.setup, result, multiState));
    }
    return json(context.setup, context.sampling, result, multiState, all);
  }

  private SpecText spec(@Nullable SavedText saved) {
    return saved == null ? state.spec(one.policy(), one.state) : saved.spec();
  }

  private static int[] last(int[] tokens, int most) {
    return Arrays.copyOfRange(tokens, Math.max(0, tokens.length - most), tokens.length);
  }

  private void save(Path file, MultiState multiState, SavedText text) {
    text.write(file, multiState);
    session
        .console()
        .note(
            "saved "
                + file
                + ": "
                + Numbers.count(multiState.tokens())
                + " tokens, at most "
                + Numbers.count(multiState.states())
                + " states a layer, "
                + Numbers.bytes(multiState.bytes())
                + " of keys and values");
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

package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.Regime;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.io.TextFile;
import org.msrnn.eval.metric.NllSum;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.PerplexityFigures;
import org.msrnn.eval.task.PerplexityTask;
import org.msrnn.eval.task.TextProtocol;
import org.msrnn.eval.task.TokenDocument;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code msrnn perplexity}. */
@Command(
    name = "perplexity",
    description =
        "Perplexity of texts under a policy: per token, word and byte, and bits per character.")
final class PerplexityCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "FILE", arity = "0..*", description = "Texts in UTF-8.")
  List<Path> files = new ArrayList<>();

  @Option(
      names = "--tokens",
      paramLabel = "FILE",
      description =
          "Token ids as a JSON array in place of text. The first is given and not predicted.")
  @Nullable Path tokens;

  @Mixin StateOptions.One one = new StateOptions.One();
  @Mixin StateOptions state = new StateOptions();
  @Mixin TextOptions text = new TextOptions();

  @Option(
      names = "--by-step",
      description =
          "Feed a token a step, as text is generated, not layer by layer: the same figures, many"
              + " times slower.")
  boolean byStep;

  @Option(
      names = "--per-token",
      paramLabel = "OUT",
      description = "Write one JSON line a predicted token.")
  @Nullable Path perToken;

  @Inject
  PerplexityCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (files.isEmpty() == (tokens == null)) {
      throw new InvalidOptionException(
          "FILE",
          files.isEmpty()
              ? "no text was given: name text files, or token ids with --tokens"
              : "texts and --tokens were given: choose one of them");
    }
    if (byStep && !state.regime.equals(Regime.STEPWISE.toString())) {
      throw new InvalidOptionException(
          "--by-step",
          "--by-step feeds a token a step, which is no other regime than stepwise; leave out"
              + " --regime "
              + state.regime);
    }
    Map<Path, String> texts = new LinkedHashMap<>();
    files.forEach(file -> texts.put(file, TextFile.read(file)));
    int @Nullable [] ids = tokens == null ? null : Json.ids(tokens);
    Machine machine = session.machine();
    Setup setup = machine.setup(state.spec(one.policy(), one.state));
    List<TokenDocument> documents = new ArrayList<>();
    TextProtocol protocol;
    if (ids != null && tokens != null) {
      protocol = text.forIds();
      int vocabulary = machine.model().info().vocabulary();
      documents.add(TokenDocument.of(nameOf(tokens), ids, vocabulary));
    } else {
      var tokenizer = machine.model().tokenizer();
      protocol = text.forText(tokenizer);
      texts.forEach((file, t) -> documents.add(TokenDocument.of(nameOf(file), t, tokenizer)));
    }
    warnOfContext(machine, documents, protocol);
    long start = System.nanoTime();
    List<PerplexityFigures> figures =
        run(new PerplexityTask(machine.model().msrnn(), setup.spec(), protocol), documents);
    PerplexityResult result =
        new PerplexityResult(
            setup.settings(), protocol, documents, figures, (System.nanoTime() - start) / 1e9);
    session.print(result.json(), result.text());
    return 0;
  }

  private static String nameOf(Path file) {
    Path name = file.getFileName();
    return name == null ? file.toString() : name.toString();
  }

  /** Positions that the model never saw in training are legal, and often not what was meant. */
  private void warnOfContext(
      Machine machine, List<TokenDocument> documents, TextProtocol protocol) {
    int context = machine.model().info().context();
    long longest = documents.stream().mapToLong(d -> d.ids().length).max().orElse(0);
    longest = Math.min(longest, protocol.chunk() == null ? longest : protocol.chunk());
    longest = Math.min(longest, protocol.limit() == null ? longest : protocol.limit());
    if (longest > context) {
      session
          .console()
          .note(
              "note: streams of up to "
                  + Numbers.count(longest)
                  + " tokens go beyond the context of "
                  + Numbers.count(context)
                  + " that the model was trained for; --chunk "
                  + context
                  + " stays within it");
    }
  }

  private List<PerplexityFigures> run(PerplexityTask task, List<TokenDocument> documents) {
    List<PerplexityFigures> figures = new ArrayList<>();
    try (ProgressLine line = new ProgressLine(session.console());
        PerTokenFile out = PerTokenFile.open(perToken)) {
      for (TokenDocument document : documents) {
        ObjLongConsumer<NllSum> progress = (sum, total) -> progress(line, document, sum, total);
        figures.add(
            byStep ? task.runByStep(document, out, progress) : task.run(document, out, progress));
      }
    }
    return figures;
  }

  private static void progress(ProgressLine line, TokenDocument document, NllSum sum, long total) {
    line.update(
        (double) sum.tokens(),
        total,
        () -> document.name() + ": perplexity " + Numbers.fixed(sum.perplexity(), 3));
  }
}

package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.eval.bundled.BundledModel;
import org.msrnn.eval.bundled.BundledText;
import org.msrnn.eval.io.TextFile;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.report.SweepReport;
import org.msrnn.eval.sweep.CellId;
import org.msrnn.eval.sweep.Sweep;
import org.msrnn.eval.sweep.SweepOptions;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.RetrievalKind;
import org.msrnn.eval.task.TokenDocument;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code msrnn sweep}. */
@Command(
    name = "sweep",
    description = {
      "Runs the grid policy x state size x document, and writes its report.",
      "The same command goes on where it was interrupted."
    })
final class SweepCommand implements Callable<Integer> {
  private static final long DEFAULT_LIMIT = 8192;
  private static final List<String> TASKS = List.of(CellId.PERPLEXITY, CellId.RETRIEVAL);

  private final Session session;

  @Option(
      names = "--policies",
      paramLabel = "P",
      description =
          "Policies, with ; or a comma between them; all stands for every one that needs no option."
              + " Default: ${DEFAULT-VALUE}.")
  String policies = "full,window,window+4,h2o,tova";

  @Option(
      names = "--states",
      split = ",",
      paramLabel = "K",
      description =
          "State sizes: counts, or fractions of the model's context such as 1/8. Default:"
              + " 64,128,256,512.")
  List<String> states = List.of("64", "128", "256", "512");

  @Option(
      names = "--tasks",
      split = ",",
      paramLabel = "T",
      description = "perplexity, retrieval. Default: both.")
  List<String> tasks = TASKS;

  @Option(
      names = "--text",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Texts in UTF-8. Default: the bundled story.")
  List<Path> texts = new ArrayList<>();

  @Option(
      names = "--items",
      paramLabel = "N",
      description = "Retrieval items. Default: ${DEFAULT-VALUE}.")
  int items = 12;

  @Option(
      names = "--kinds",
      split = ",",
      paramLabel = "KIND",
      description =
          "Kinds of retrieval item, in turn: niah_single_1, niah_single_2, niah_multikey_1,"
              + " niah_multivalue, niah_multiquery. Default: the first three.")
  List<String> kinds = List.of("niah_single_1", "niah_single_2", "niah_multikey_1");

  @Option(
      names = "--length",
      paramLabel = "N",
      description =
          "Tokens of a retrieval prompt and its answer together. Default: the model's context, but"
              + " at most 4096.")
  int length = 0;

  @Option(
      names = "--max-new",
      paramLabel = "N",
      description = "The most tokens of an answer. Default: ${DEFAULT-VALUE} (RULER has 128).")
  int newTokens = 24;

  @Option(
      names = "--map",
      paramLabel = "N",
      description = "Tokens of the kept-token map, 0 for none. Default: ${DEFAULT-VALUE}.")
  int mapTokens = 768;

  @Mixin TextOptions text = new TextOptions();
  @Mixin StateOptions state = new StateOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of journal and report. Default: ${DEFAULT-VALUE}.")
  Path out = Path.of("msrnn-sweep");

  @Option(
      names = "--repair",
      description = "Move damaged parts of the journal aside and compute them again.")
  boolean repair;

  @Inject
  SweepCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Map<String, String> named = new LinkedHashMap<>();
    if (texts.isEmpty()) {
      named.put(BundledText.STORY_NAME, BundledText.story());
    }
    texts.forEach(file -> named.put(file.toString(), TextFile.read(file)));
    checkCounts();
    Machine machine = session.machine();
    List<TokenDocument> documents = new ArrayList<>();
    named.forEach(
        (name, t) -> documents.add(TokenDocument.of(name, t, machine.model().tokenizer())));
    Sweep sweep = new Sweep(machine, options(machine), documents);
    try (Journal journal = Journal.open(out.resolve(SweepReport.JOURNAL), repair)) {
      if (journal.cutBytes() > 0) {
        session
            .console()
            .note(
                "the last record of the journal was incomplete and has been cut ("
                    + journal.cutBytes()
                    + " bytes); it is computed again");
      }
      Sweep.Outcome outcome = run(sweep, journal);
      SweepReport report = new SweepReport(Sweep.records(journal.records()));
      report.write(out);
      session.print(report.json(), report.text());
      notes(machine, outcome);
      return outcome.failed() == 0 ? 0 : 1;
    }
  }

  private Sweep.Outcome run(Sweep sweep, Journal journal) {
    try (ProgressLine line = new ProgressLine(session.console())) {
      return sweep.run(journal, line::update);
    }
  }

  private SweepOptions options(Machine machine) {
    int context = machine.model().info().context();
    int fitted = length == 0 ? Math.min(context, TextOptions.PAPER_CHUNK) : length;
    return new SweepOptions(
        policyList(),
        states,
        tasks,
        state.spec("full", null),
        text.forText(
            machine.model().tokenizer(), Math.min(context, TextOptions.PAPER_CHUNK), DEFAULT_LIMIT),
        new SweepOptions.Retrieval(items, retrievalKinds(), fitted, newTokens),
        mapTokens);
  }

  private List<String> policyList() {
    Console console = session.console();
    return PolicyList.parse(policies, session.catalog(), n -> console.note("note: " + n));
  }

  private List<RetrievalKind> retrievalKinds() {
    List<RetrievalKind> all = new ArrayList<>();
    for (String kind : kinds) {
      all.add(
          java.util.Arrays.stream(RetrievalKind.values())
              .filter(k -> k.written().equals(kind.strip()))
              .findFirst()
              .orElseThrow(
                  () ->
                      new InvalidOptionException(
                          "kinds",
                          "'" + kind + "'",
                          String.join(
                              ", ",
                              java.util.Arrays.stream(RetrievalKind.values())
                                  .map(RetrievalKind::written)
                                  .toList()))));
    }
    return all;
  }

  private void checkCounts() {
    for (String task : tasks) {
      if (!TASKS.contains(task)) {
        throw new InvalidOptionException("tasks", "'" + task + "'", String.join(", ", TASKS));
      }
    }
    demand("items", items, 1);
    demand("length", length, 0);
    demand("max-new", newTokens, 1);
    demand("map", mapTokens, 0);
  }

  private static void demand(String option, int value, int least) {
    if (value < least) {
      throw new InvalidOptionException(option, Integer.toString(value), least + " or more");
    }
  }

  private void notes(Machine machine, Sweep.Outcome outcome) {
    Console console = session.console();
    BundledModel.note(machine.model().info().name()).ifPresent(n -> console.note("note: " + n));
    console.note(
        Numbers.count(outcome.computed())
            + " of "
            + Numbers.count(outcome.cells())
            + " cells computed, "
            + Numbers.count(outcome.cells() - outcome.computed())
            + " were there; the report is "
            + out.resolve("report.html"));
    if (outcome.failed() > 0) {
      console.note(
          outcome.failed()
              + " cells failed; the report says why, and the same command tries them again");
    }
  }
}

package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.eval.dataset.Pg19;
import org.msrnn.eval.sweep.Cell;
import org.msrnn.eval.sweep.DocumentTask;
import org.msrnn.eval.sweep.RetentionTask;
import org.msrnn.eval.sweep.RetrievalCells;
import org.msrnn.eval.sweep.Task;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.TextProtocol;
import org.msrnn.eval.task.TokenDocument;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code msrnn sweep}. */
@Command(
    name = "sweep",
    description = {
      "Runs the grid model x policy x state size x document, and writes its report.",
      "The same command goes on where it was interrupted."
    })
final class SweepCommand implements Callable<Integer> {
  private static final long DEFAULT_LIMIT = 8192;
  private static final List<String> TASKS =
      List.of("perplexity", "extrapolation", "retention", "retrieval", "efficiency");

  private final Session session;

  @Mixin GridOptions grid = new GridOptions();

  @Option(
      names = "--tasks",
      split = ",",
      paramLabel = "T",
      description =
          "perplexity, extrapolation, retention, retrieval, efficiency. Default:"
              + " perplexity,retention,retrieval.")
  List<String> tasks = List.of("perplexity", "retention", "retrieval");

  @Option(
      names = "--text",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Texts in UTF-8. Default: the bundled story.")
  List<Path> texts = new ArrayList<>();

  @Option(
      names = "--pg19",
      paramLabel = "DIR",
      description =
          "A folder as PG-19 has it: train, validation and test with a text a book, and"
              + " metadata.csv.")
  @Nullable Path pg19;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "Split of PG-19: train, validation or test. Default: ${DEFAULT-VALUE}.")
  String split = "test";

  @Option(
      names = "--books",
      split = ",",
      paramLabel = "ID",
      description = "Books of PG-19 by their number. Default: all of the split.")
  List<String> books = List.of();

  @Option(
      names = "--stream",
      paramLabel = "N",
      description =
          "Tokens of a stream of the task extrapolation; shorter documents are left out."
              + " Default: ${DEFAULT-VALUE}.")
  int streamTokens = 70_000;

  @Option(
      names = "--bucket",
      paramLabel = "N",
      description =
          "Tokens between two points of its curve; a windowed point looks back on four."
              + " Default: ${DEFAULT-VALUE}.")
  int bucket = 1000;

  @Option(
      names = "--follow",
      paramLabel = "N",
      description =
          "Tokens of the first text whose states the task retention follows; msrnn retention has"
              + " more to choose. Default: ${DEFAULT-VALUE}.")
  int followed = 768;

  @Mixin RetrievalOptions retrieval = new RetrievalOptions();
  @Mixin EfficiencyOptions efficiency = new EfficiencyOptions();
  @Mixin TextOptions text = new TextOptions();
  @Mixin SweepFolder folder = new SweepFolder();

  @Inject
  SweepCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    checkCounts();
    Map<String, String> named = texts();
    return folder.run(session, grid.models, machine -> cells(machine, named));
  }

  private List<Cell> cells(Machine machine, Map<String, String> named) {
    var tokenizer = machine.model().tokenizer();
    List<TokenDocument> documents = new ArrayList<>();
    named.forEach((name, t) -> documents.add(TokenDocument.of(name, t, tokenizer)));
    List<Setup> setups = grid.setups(session, machine);
    List<Cell> cells = new ArrayList<>();
    tasks(machine, documents).forEach(task -> cells.addAll(task.cells(machine, setups)));
    return cells;
  }

  /** The texts by name, of the bundled story where none is given. */
  private Map<String, String> texts() {
    if (pg19 == null) {
      return NamedTexts.orStory(texts);
    }
    Map<String, String> named = NamedTexts.of(texts);
    named.putAll(Pg19.open(pg19).texts(split, books));
    return named;
  }

  private List<Task> tasks(Machine machine, List<TokenDocument> documents) {
    int context = TextOptions.longest(machine.model());
    TextProtocol protocol =
        text.forText(machine.model().tokenizer(), context, pg19 == null ? DEFAULT_LIMIT : null);
    List<Task> all = new ArrayList<>();
    if (tasks.contains("perplexity")) {
      all.add(new DocumentTask(documents, protocol, 0));
    }
    if (tasks.contains("extrapolation")) {
      all.add(new DocumentTask(longEnough(documents), protocol.stream(streamTokens), bucket));
    }
    if (tasks.contains("retention")) {
      all.add(new RetentionTask(List.of(documents.getFirst()), protocol, followed, true));
    }
    if (tasks.contains("retrieval")) {
      all.add(new RetrievalCells(retrieval.items(machine.model(), grid.seed)));
    }
    if (tasks.contains("efficiency")) {
      all.add(efficiency.task(session, context));
    }
    return all;
  }

  /** An average over streams of different lengths would be an average of different texts. */
  private List<TokenDocument> longEnough(List<TokenDocument> documents) {
    List<TokenDocument> all =
        documents.stream().filter(d -> d.ids().length >= streamTokens).toList();
    if (all.isEmpty()) {
      int most = documents.stream().mapToInt(d -> d.ids().length).max().orElse(0);
      throw new InvalidOptionException(
          "stream", Integer.toString(streamTokens), "what the longest text has, at most " + most);
    }
    return all;
  }

  private void checkCounts() {
    for (String task : tasks) {
      if (!TASKS.contains(task)) {
        throw new InvalidOptionException("tasks", "'" + task + "'", String.join(", ", TASKS));
      }
    }
    Counts.demand("follow", followed, 1);
    Counts.demand("stream", streamTokens, 1);
    Counts.demand("bucket", bucket, 1);
    efficiency.check();
  }
}

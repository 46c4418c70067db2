package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.core.tokenizer.Tokenizer;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.report.RetentionTables;
import org.msrnn.eval.report.Summary;
import org.msrnn.eval.report.SweepReport;
import org.msrnn.eval.retention.RetentionFigures;
import org.msrnn.eval.retention.RetentionFile;
import org.msrnn.eval.sweep.Cell;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.sweep.RetentionTask;
import org.msrnn.eval.sweep.TaskKinds;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.TextProtocol;
import org.msrnn.eval.task.TokenDocument;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code msrnn retention}. */
@Command(
    name = "retention",
    description = {
      "Records which tokens each policy keeps and for how long, and the attention that is lost.",
      "With the policies random and clairvoyant, each policy's regret lies between the two."
    })
final class RetentionCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      arity = "0..*",
      paramLabel = "FILE",
      description = "Texts in UTF-8. Default: the bundled story.")
  List<Path> texts = new ArrayList<>();

  @Mixin GridOptions grid = new GridOptions();

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description =
          "Tokens of each text, from its beginning, that are fed. Default: the model's context, but"
              + " at most 4096.")
  int tokens = 0;

  @Option(
      names = "--bos",
      negatable = true,
      description = "Whether BOS is given before a text. Default: as the model says.")
  @Nullable Boolean bos;

  @Option(
      names = "--attention",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "Whether the full model's attention is recorded, for the attention lost. It takes memory"
              + " that grows with the square of the tokens. Default: it is.")
  boolean attention;

  @Option(
      names = "--npz",
      description = "Write a file for NumPy for each text, policy and state size, too.")
  boolean npz;

  @Mixin SweepFolder folder = new SweepFolder();

  @Inject
  RetentionCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (tokens < 0) {
      throw new InvalidOptionException("tokens", Integer.toString(tokens), "1 or more");
    }
    if (!grid.models.isEmpty()) {
      throw new InvalidOptionException("models", "retention takes one model: name it with -m");
    }
    Machine machine = session.machine();
    var tokenizer = machine.model().tokenizer();
    Map<String, TokenDocument> documents = documents(tokenizer);
    int fed = tokens == 0 ? TextOptions.longest(machine.model()) : tokens;
    TextProtocol protocol = new TextProtocol(null, null, TextOptions.bos(bos, tokenizer), true);
    var task = new RetentionTask(List.copyOf(documents.values()), protocol, fed, attention);
    List<Cell> cells = task.cells(machine, grid.setups(session, machine));
    int code = folder.run(session, cells);
    Summary summary = SweepReport.of(folder.out).summary();
    if (!session.json()) {
      session.console().print("\n" + RetentionTables.of(summary).stripTrailing());
    }
    if (npz) {
      write(summary, cells, documents, protocol, fed);
    }
    return code;
  }

  private Map<String, TokenDocument> documents(Tokenizer tokenizer) {
    Map<String, TokenDocument> documents = new LinkedHashMap<>();
    NamedTexts.orStory(texts)
        .forEach((name, text) -> documents.put(name, TokenDocument.of(name, text, tokenizer)));
    return documents;
  }

  /** The files of this run's cells, whether they were computed now or before. */
  private void write(
      Summary summary,
      List<Cell> cells,
      Map<String, TokenDocument> documents,
      TextProtocol protocol,
      int fed) {
    List<String> own = cells.stream().map(cell -> cell.id().key()).toList();
    for (CellRecord record : summary.results(TaskKinds.RETENTION)) {
      TokenDocument document = documents.get(record.cell().item());
      if (own.contains(record.key())
          && document != null
          && record.result() instanceof RetentionFigures figures) {
        Path file = folder.out.resolve(name(record));
        RetentionFile.write(
            file,
            figures.retention(),
            document.start(protocol, fed),
            Json.line(Map.of("format", "msrnn-retention", "version", 1, "cell", record.cell())));
        session.console().note("written: " + file);
      }
    }
  }

  /** Readable, without what file systems do not like, and different for different cells. */
  private static String name(CellRecord record) {
    var settings = record.cell().settings();
    String state = settings.state() == null ? "" : "-" + settings.state();
    String readable = Path.of(record.cell().item()).getFileName() + "-" + settings.policy() + state;
    return "retention-"
        + readable.replaceAll("[^A-Za-z0-9._+=-]", "_")
        + "-"
        + record.key().substring(0, 8)
        + ".npz";
  }
}

package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.dataset.PromptStyle;
import org.msrnn.eval.dataset.Question;
import org.msrnn.eval.dataset.QuestionFile;
import org.msrnn.eval.sweep.Cell;
import org.msrnn.eval.sweep.QuestionTask;
import org.msrnn.eval.task.Machine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code msrnn eval}. */
@Command(
    name = "eval",
    description = {
      "Answers questions about documents under each policy and state size, and scores the answers.",
      "Predictions, metrics and a submission are in the folder answers of --out.",
      "The same command goes on where it was interrupted."
    })
final class EvalCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      paramLabel = "TASK",
      description =
          "A task of ZeroSCROLLS (gov_report, summ_screen_fd, qmsum, squality, qasper,"
              + " narrative_qa, quality, musique, space_digest, book_sum_sort), longbench or"
              + " kvpress.")
  String task = "";

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description =
          "Its questions: a JSONL file of SCROLLS, ZeroSCROLLS or LongBench, or a zip file of them;"
              + " SQuALITY or QASPER as their authors publish them; a Parquet file of kvpress.")
  Path data = Path.of("");

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "Which file of a zip file. Default: ${DEFAULT-VALUE}.")
  String split = "validation";

  @Option(
      names = "--prompt",
      paramLabel = "STYLE",
      description =
          "How questions are put: paper (squality and qasper), zero-scrolls or zero-scrolls-chat."
              + " Default: paper where it has one, else zero-scrolls.")
  @Nullable String prompt;

  @Option(
      names = "--templates",
      paramLabel = "FILE",
      description =
          "LongBench's prompts: a JSON object of templates by dataset, with {context} and {input}.")
  @Nullable Path templates;

  @Option(names = "--limit", paramLabel = "N", description = "The most questions. Default: all.")
  @Nullable Integer limit;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description =
          "The most tokens of a prompt; what is longer loses the end of its document. Default: the"
              + " model's context, but at most 4096.")
  @Nullable Integer promptTokens;

  @Option(
      names = "--max-new",
      paramLabel = "N",
      description = "The most tokens of an answer. Default: what the dataset says.")
  @Nullable Integer newTokens;

  @Mixin GridOptions grid = new GridOptions();
  @Mixin SweepFolder folder = new SweepFolder();

  @Inject
  EvalCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Counts.demand("limit", limit, 1);
    Counts.demand("max-tokens", promptTokens, 1);
    Counts.demand("max-new", newTokens, 1);
    PromptStyle style = style();
    List<Question> questions =
        new QuestionFile(data, split)
            .read(
                new QuestionFile.Wanted(
                    task,
                    style,
                    templates == null ? Map.of() : QuestionFile.templates(templates),
                    limit == null ? Integer.MAX_VALUE : limit));
    return folder.run(session, grid.models, machine -> cells(machine, questions, style));
  }

  private List<Cell> cells(Machine machine, List<Question> questions, PromptStyle style) {
    int most = promptTokens == null ? TextOptions.longest(machine.model()) : promptTokens;
    var asked = new QuestionTask(questions, style.written(), most, newTokens);
    return asked.cells(machine, grid.setups(session, machine));
  }

  private PromptStyle style() {
    if (prompt != null) {
      return PromptStyle.parse(prompt);
    }
    return PromptStyle.PAPER.has(task) ? PromptStyle.PAPER : PromptStyle.ZERO_SCROLLS;
  }
}

package org.msrnn.eval.command;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.eval.bundled.BundledModel;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.report.SweepReport;
import org.msrnn.eval.sweep.Cell;
import org.msrnn.eval.sweep.Sweep;
import org.msrnn.eval.task.Machine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The folder in which an experiment's results are kept, and how its cells are run there. */
final class SweepFolder {
  private static final Pattern SHARD = Pattern.compile("([0-9]{1,6})/([0-9]{1,6})");

  @Spec(Spec.Target.MIXEE)
  @Nullable CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder of journal and report; experiments with the same folder share one report."
              + " Default: ${DEFAULT-VALUE}.")
  Path out = Path.of("msrnn-sweep");

  @Option(
      names = "--repair",
      description = "Move damaged parts of the journal aside and compute them again.")
  boolean repair;

  @Option(
      names = "--shard",
      paramLabel = "I/N",
      description =
          "Compute the I-th of N parts alone, counted from 1; N processes with the same folder"
              + " share a sweep, each with a journal of its own, and what one has done no other"
              + " does again.")
  String shard = "1/1";

  @Option(
      names = "--attempts",
      paramLabel = "N",
      description = "How often a cell may fail before it is left alone. Default: ${DEFAULT-VALUE}.")
  int attempts = 3;

  SweepFolder() {}

  /** Runs the cells of one model, that of the session. */
  int run(Session session, List<Cell> cells) {
    return run(session, List.of(), machine -> cells);
  }

  /**
   * Runs what the journal does not hold yet, writes the report and prints it.
   *
   * @param models model files, each loaded when the one before is over and closed; none for the
   *     session's own
   * @param plan lays out the cells of a model
   * @return the exit code
   */
  int run(Session session, List<Path> models, Function<Machine, List<Cell>> plan) {
    int[] part = part();
    if (attempts < 1) {
      throw new InvalidOptionException("attempts", Integer.toString(attempts), "1 or more");
    }
    Deque<Path> files = new ArrayDeque<>(session.modelFiles(models));
    Machine machine = files.isEmpty() ? session.machine() : session.machine(files.pop());
    List<Cell> cells = plan.apply(machine); // what does not fit is refused before there is a folder
    Path file = out.resolve(SweepReport.journal(part[0], part[1]));
    Sweep.Outcome outcome = Sweep.Outcome.NONE;
    int place = 0;
    try (Journal journal = Journal.open(file, repair)) {
      noteCut(session.console(), journal);
      new RunConfig(spec, session.backend().description()).write(out);
      while (true) {
        Sweep sweep = new Sweep(cells, attempts, place).shard(part[0], part[1]);
        outcome = outcome.plus(run(session.console(), sweep, journal));
        if (files.isEmpty()) {
          break;
        }
        place += cells.size();
        cells = plan.apply(session.machine(files.pop()));
      }
    }
    SweepReport report = SweepReport.write(out);
    session.print(report.json(), report.text());
    notes(session, outcome);
    return outcome.failed() + outcome.given() == 0 ? 0 : 1;
  }

  private Sweep.Outcome run(Console console, Sweep sweep, Journal journal) {
    List<String> elsewhere = new ArrayList<>();
    for (Path other : SweepReport.journals(out)) {
      if (!other.equals(journal.file())) {
        elsewhere.addAll(Journal.read(other));
      }
    }
    try (ProgressLine line = new ProgressLine(console)) {
      return sweep.run(journal, elsewhere, line::update);
    }
  }

  private static void noteCut(Console console, Journal journal) {
    if (journal.cutBytes() > 0) {
      console.note(
          "the last record of the journal was incomplete and has been cut ("
              + journal.cutBytes()
              + " bytes); it is computed again");
    }
  }

  /** The shard, from 0, and how many there are. */
  private int[] part() {
    Matcher matcher = SHARD.matcher(shard.strip());
    if (matcher.matches()) {
      int i = Integer.parseInt(matcher.group(1));
      int n = Integer.parseInt(matcher.group(2));
      if (i >= 1 && i <= n) {
        return new int[] {i - 1, n};
      }
    }
    throw new InvalidOptionException(
        "shard", "'" + shard + "'", "I/N with I from 1 to N, such as 2/8");
  }

  private void notes(Session session, Sweep.Outcome outcome) {
    Console console = session.console();
    BundledModel.note(session.machine().model().info().name())
        .ifPresent(n -> console.note("note: " + n));
    console.note(
        Numbers.count(outcome.computed())
            + " of "
            + Numbers.count(outcome.cells())
            + " cells computed, "
            + Numbers.count(outcome.cells() - outcome.computed() - outcome.given())
            + " were there; the report is "
            + out.resolve("report.html"));
    if (outcome.failed() > 0) {
      console.note(
          outcome.failed()
              + " cells failed; the report says why, and the same command tries them again");
    }
    if (outcome.given() > 0) {
      console.note(
          outcome.given()
              + " cells have failed "
              + attempts
              + " times and are left alone; more --attempts try them again");
    }
  }
}

package org.msrnn.eval.command;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.eval.bundled.BundledModel;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.report.SweepReport;
import org.msrnn.eval.sweep.Cell;
import org.msrnn.eval.sweep.Sweep;
import picocli.CommandLine.Option;

/** The folder in which an experiment's results are kept, and how its cells are run there. */
final class SweepFolder {
  private static final Pattern SHARD = Pattern.compile("([0-9]{1,6})/([0-9]{1,6})");

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
              + " share a sweep, each with a journal of its own.")
  String shard = "1/1";

  @Option(
      names = "--attempts",
      paramLabel = "N",
      description = "How often a cell may fail before it is left alone. Default: ${DEFAULT-VALUE}.")
  int attempts = 3;

  SweepFolder() {}

  /**
   * Runs what the journal does not hold yet, writes the report and prints it.
   *
   * @return the exit code
   */
  int run(Session session, List<Cell> cells) {
    int[] part = part();
    if (attempts < 1) {
      throw new InvalidOptionException("attempts", Integer.toString(attempts), "1 or more");
    }
    Sweep sweep = new Sweep(cells, attempts).shard(part[0], part[1]);
    Console console = session.console();
    Sweep.Outcome outcome;
    Path file = out.resolve(SweepReport.journal(part[0], part[1]));
    try (Journal journal = Journal.open(file, repair)) {
      if (journal.cutBytes() > 0) {
        console.note(
            "the last record of the journal was incomplete and has been cut ("
                + journal.cutBytes()
                + " bytes); it is computed again");
      }
      try (ProgressLine line = new ProgressLine(console)) {
        outcome = sweep.run(journal, line::update);
      }
    }
    SweepReport report = SweepReport.of(out);
    report.write(out);
    session.print(report.json(), report.text());
    notes(session, outcome);
    return outcome.failed() + outcome.given() == 0 ? 0 : 1;
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

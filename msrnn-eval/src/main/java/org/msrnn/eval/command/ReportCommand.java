package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.msrnn.eval.report.SweepReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code msrnn report}. */
@Command(
    name = "report",
    description = "Writes a sweep's CSV, JSON and HTML anew, from its journal alone.")
final class ReportCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "DIR", description = "The folder of a sweep.")
  Path folder = Path.of(".");

  @Inject
  ReportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    SweepReport report = SweepReport.write(folder);
    session.print(report.json(), report.text());
    session.console().note("the report is " + folder.resolve("report.html"));
    return 0;
  }
}

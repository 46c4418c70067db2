package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.Availability;
import org.msrnn.api.backend.BackendProvider;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.plugin.Found;
import org.msrnn.eval.report.TextTable;
import picocli.CommandLine.Command;

/** {@code msrnn backends}. */
@Command(
    name = "backends",
    description = "The backends that are found, which of them can run here, and why others cannot.")
final class BackendsCommand implements Callable<Integer> {
  private final Session session;

  @Inject
  BackendsCommand(Session session) {
    this.session = session;
  }

  /** A backend as found. */
  private record Row(
      String name,
      boolean available,
      String device,
      @Nullable Integer rank,
      String module,
      String origin) {

    static Row of(Found<BackendProvider> found) {
      return switch (Catalog.availability(found.provider())) {
        case Availability.Available a ->
            new Row(found.name(), true, a.device(), a.rank(), found.module(), found.origin());
        case Availability.Unavailable u ->
            new Row(found.name(), false, u.reason(), null, found.module(), found.origin());
      };
    }
  }

  @Override
  public Integer call() {
    Catalog catalog = session.catalog();
    List<Row> rows = catalog.backends().stream().map(Row::of).toList();
    TextTable table =
        new TextTable(5, "backend", "runs here", "device, or why not", "module", "from");
    for (Row row : rows) {
      table.add(
          row.name(), row.available() ? "yes" : "no", row.device(), row.module(), row.origin());
    }
    session.print(
        Map.of("backends", rows, "refused", catalog.refused()),
        table + PoliciesCommand.refused(catalog));
    return 0;
  }
}

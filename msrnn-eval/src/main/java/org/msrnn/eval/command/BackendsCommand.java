package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.Availability;
import org.msrnn.api.backend.BackendProvider;
import org.msrnn.api.backend.DeviceReport;
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

  /** A backend as found, with the devices to choose from. */
  private record Row(
      String name,
      boolean available,
      String device,
      @Nullable Integer rank,
      String module,
      String origin,
      List<DeviceReport> devices) {

    static Row of(Found<BackendProvider> found) {
      // devices first: what comes of trying them is then known to the probe
      List<DeviceReport> devices = Catalog.devices(found.provider());
      Availability availability = Catalog.availability(found.provider());
      String device =
          switch (availability) {
            case Availability.Available a -> a.device();
            case Availability.Unavailable u -> u.reason();
          };
      boolean available = availability instanceof Availability.Available;
      Integer rank = availability instanceof Availability.Available a ? a.rank() : null;
      return new Row(
          found.name(), available, device, rank, found.module(), found.origin(), devices);
    }

    void addTo(TextTable table) {
      table.add(name, available ? "yes" : "no", device, module, origin);
      for (DeviceReport one : devices) {
        String text =
            "%s (%s, driver %s), %d MiB"
                .formatted(one.name(), one.platform(), one.driver(), one.memory() >> 20);
        String speed =
            one.gigabytesPerSecond() == 0 ? "" : ", %.0f GB/s".formatted(one.gigabytesPerSecond());
        boolean usable = one.lack() == null;
        table.add(
            "  " + name + ":" + one.index(),
            usable ? "yes" : "no",
            usable ? text + speed : text + ": " + one.lack(),
            "",
            "");
      }
    }
  }

  @Override
  public Integer call() {
    Catalog catalog = session.catalog();
    List<Row> rows = catalog.backends().stream().map(Row::of).toList();
    TextTable table =
        new TextTable(5, "backend", "runs here", "device, or why not", "module", "from");
    rows.forEach(row -> row.addTo(table));
    session.print(
        Map.of("backends", rows, "refused", catalog.refused()),
        table + PoliciesCommand.refused(catalog));
    return 0;
  }
}

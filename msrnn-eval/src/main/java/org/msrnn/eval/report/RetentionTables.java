package org.msrnn.eval.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.retention.Lifetimes;
import org.msrnn.eval.retention.RetentionFigures;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.sweep.TaskKinds;
import org.msrnn.eval.task.Settings;

/** What was kept and for how long, as tables in plain text; means over the documents. */
public final class RetentionTables {
  private static final String NONE = "";

  private final Map<String, List<RetentionFigures>> columns = new LinkedHashMap<>();
  private final Map<String, Double> regrets = new LinkedHashMap<>();

  private RetentionTables(Summary summary) {
    for (CellRecord record : summary.results(TaskKinds.RETENTION)) {
      if (record.result() instanceof RetentionFigures figures) {
        Settings settings = record.cell().settings();
        columns
            .computeIfAbsent(name(settings.policy(), settings.state()), n -> new ArrayList<>())
            .add(figures);
      }
    }
    summary.sections().stream()
        .filter(section -> section.kind().equals(TaskKinds.RETENTION))
        .flatMap(section -> Regrets.of(section).stream())
        .forEach(row -> regrets.put(name(row.policy(), row.state()), row.regret()));
  }

  /** The tables of a journal; empty where it holds no retention. */
  public static String of(Summary summary) {
    var tables = new RetentionTables(summary);
    if (tables.columns.isEmpty()) {
      return NONE;
    }
    return "retention: attention lost, and steps that states are kept\n\n"
        + tables.main()
        + "\nsteps kept, by layer\n\n"
        + tables.layers()
        + "\nsteps kept, by part of speech\n\n"
        + tables.tags();
  }

  private static String name(String policy, @Nullable Integer state) {
    return state == null ? policy : policy + " " + state;
  }

  private String main() {
    TextTable table =
        new TextTable(
            "policy",
            "lost",
            "regret",
            "steps",
            "steady",
            "recent",
            "first",
            "first 4",
            "first 16");
    columns.forEach(
        (name, figures) ->
            table.add(
                name,
                Numbers.fixed(metric(figures, "attentionLoss"), 4),
                Numbers.fixed(regrets.get(name), 2),
                Numbers.fixed(metric(figures, "meanSteps"), 0),
                Numbers.fixed(metric(figures, "steadySteps"), 1),
                Numbers.fixed(metric(figures, "recentShare"), 3),
                first(figures, 0),
                first(figures, 1),
                first(figures, 2)));
    return table.toString();
  }

  private static @Nullable Double metric(List<RetentionFigures> figures, String name) {
    var values =
        figures.stream()
            .map(RetentionFigures::metrics)
            .filter(metrics -> metrics.containsKey(name))
            .mapToDouble(metrics -> metrics.getOrDefault(name, Double.NaN))
            .average();
    return values.isPresent() ? (Double) values.getAsDouble() : null;
  }

  /** Mean steps kept of the first 1, 4, 16 tokens. */
  private static String first(List<RetentionFigures> figures, int index) {
    var mean =
        figures.stream()
            .map(one -> one.lifetimes().first())
            .filter(first -> first.size() > index)
            .mapToDouble(first -> first.get(index).mean())
            .average();
    return mean.isPresent() ? Numbers.fixed(mean.getAsDouble(), 0) : NONE;
  }

  /** Layers down, policies across. */
  private String layers() {
    int layers =
        columns.values().stream()
            .flatMap(List::stream)
            .mapToInt(figures -> figures.lifetimes().byLayer().size())
            .max()
            .orElse(0);
    TextTable table = head("layer");
    for (int l = 0; l < layers; l++) {
      int layer = l;
      row(
          table,
          Integer.toString(layer),
          figures ->
              Numbers.fixed(
                  figures.stream()
                      .filter(one -> one.lifetimes().byLayer().size() > layer)
                      .mapToDouble(one -> one.lifetimes().byLayer().get(layer))
                      .average()
                      .orElse(Double.NaN),
                  0));
    }
    return table.toString();
  }

  /** Tags down, those of the first bounded policy that are kept longest first. */
  private String tags() {
    List<Map<String, Lifetimes.Group>> byColumn =
        columns.values().stream().map(RetentionTables::groups).toList();
    Map<String, Lifetimes.Group> order =
        columns.keySet().stream()
            .filter(name -> name.contains(" "))
            .findFirst()
            .map(name -> groups(columns.getOrDefault(name, List.of())))
            .orElse(byColumn.getFirst());
    List<String> headers = new ArrayList<>(List.of("tag", "tokens"));
    headers.addAll(columns.keySet());
    TextTable table = new TextTable(headers.toArray(String[]::new));
    order.values().stream()
        .sorted(Comparator.comparingDouble(Lifetimes.Group::mean).reversed())
        .forEach(
            group -> {
              List<String> cells =
                  new ArrayList<>(List.of(group.name(), Numbers.count(group.count())));
              for (Map<String, Lifetimes.Group> column : byColumn) {
                Lifetimes.Group own = column.get(group.name());
                cells.add(own == null ? NONE : Numbers.fixed(own.mean(), 0));
              }
              table.add(cells);
            });
    return table.toString();
  }

  /** The tags of all documents together: every token weighs the same. */
  private static Map<String, Lifetimes.Group> groups(List<RetentionFigures> figures) {
    Map<String, Lifetimes.Group> all = new LinkedHashMap<>();
    for (RetentionFigures one : figures) {
      one.lifetimes()
          .byTag()
          .forEach(group -> all.merge(group.name(), group, Lifetimes.Group::with));
    }
    return all;
  }

  private TextTable head(String first) {
    List<String> headers = new ArrayList<>(List.of(first));
    headers.addAll(columns.keySet());
    return new TextTable(headers.toArray(String[]::new));
  }

  private void row(TextTable table, String name, Function<List<RetentionFigures>, String> content) {
    List<String> cells = new ArrayList<>(List.of(name));
    columns.values().forEach(figures -> cells.add(content.apply(figures)));
    table.add(cells);
  }
}

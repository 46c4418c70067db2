package org.msrnn.eval.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.sweep.CellId;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.sweep.Metric;
import org.msrnn.eval.sweep.TaskKind;
import org.msrnn.eval.sweep.TaskKinds;
import org.msrnn.eval.task.Figures;
import org.msrnn.eval.task.Settings;
import org.msrnn.eval.task.StateFigures;

/** The cells of a sweep, one row for all items of a task under the same settings. */
public final class Summary {

  /**
   * One row.
   *
   * @param section the task, or one dataset of it
   * @param policy the policy, followed by those settings that differ between the journal's cells
   * @param state k; null if unbounded
   * @param items items with a result
   * @param failed items whose last run failed
   * @param metrics the metrics of all items together, by name
   * @param figures how large the multi-states became
   * @param seconds time of all items
   */
  public record Row(
      String section,
      String policy,
      @Nullable Integer state,
      int items,
      int failed,
      Map<String, Double> metrics,
      StateFigures figures,
      double seconds) {

    /** Whether it is of this policy at this state size. */
    public boolean isOf(String otherPolicy, @Nullable Integer otherState) {
      return policy.equals(otherPolicy) && Objects.equals(state, otherState);
    }

    /** A metric; null where it does not apply. */
    public @Nullable Double value(Metric metric) {
      return metrics.get(metric.name());
    }
  }

  private record Group(String section, String policy, @Nullable Integer state) {}

  private final List<CellRecord> cells;
  private final Map<String, List<String>> varying;
  private final List<Row> rows;

  /** The summary of cells, in the order of tasks and policies in which they came. */
  public Summary(List<CellRecord> cells) {
    this.cells = List.copyOf(cells);
    Map<Group, List<CellRecord>> groups = new LinkedHashMap<>();
    this.varying = varying(cells);
    for (CellRecord record : cells) {
      if (!record.kind().metrics().isEmpty()) {
        groups.computeIfAbsent(group(record), g -> new ArrayList<>()).add(record);
      }
    }
    List<Row> all = new ArrayList<>();
    groups.forEach((group, members) -> all.add(row(group, members)));
    Map<String, Integer> order = new LinkedHashMap<>();
    all.forEach(row -> order.putIfAbsent(row.section() + "\n" + row.policy(), order.size()));
    all.sort(
        Comparator.comparingInt(
                (Row row) -> order.getOrDefault(row.section() + "\n" + row.policy(), 0))
            .thenComparingInt(row -> row.state() == null ? 0 : row.state()));
    this.rows = List.copyOf(all);
  }

  private Group group(CellRecord record) {
    return new Group(record.cell().section(), policy(record), record.cell().settings().state());
  }

  /** A cell's policy as rows have it, followed by the settings in which its section differs. */
  public String policy(CellRecord record) {
    return record.cell().settings().policy()
        + varying.getOrDefault(record.cell().section(), List.of()).stream()
            .map(name -> ", " + name + " " + brief(fields(record.cell()).get(name)))
            .collect(Collectors.joining());
  }

  /** The cells, as they came. */
  public List<CellRecord> cells() {
    return cells;
  }

  /** The rows of a section, those of a policy together, by state size. */
  public List<Row> rows(String section) {
    return rows.stream().filter(row -> row.section().equals(section)).toList();
  }

  /** All rows. */
  public List<Row> rows() {
    return rows;
  }

  /** What has rows: tasks, and datasets of tasks, in the order of {@link TaskKinds#ALL}. */
  public List<Section> sections() {
    List<Section> sections = new ArrayList<>();
    for (TaskKind<?> kind : TaskKinds.ALL) {
      rows.stream()
          .map(Row::section)
          .filter(name -> name.equals(kind.name()) || name.startsWith(kind.name() + " "))
          .distinct()
          .forEach(name -> sections.add(new Section(name, kind, rows(name))));
    }
    return sections;
  }

  /**
   * What is shown together.
   *
   * @param name the task, or one dataset of it
   * @param kind what is measured
   * @param rows its rows
   */
  public record Section(String name, TaskKind<?> kind, List<Row> rows) {
    /** Its name for people. */
    public String title() {
      return name.equals(kind.name())
          ? kind.title()
          : kind.title() + ": " + name.substring(kind.name().length() + 1);
    }

    /** Its name within a sentence. */
    public String words() {
      String title = title();
      return Character.toLowerCase(title.charAt(0)) + title.substring(1);
    }

    /** Its name, its main metric where that is called otherwise, and which way is better. */
    public String measure() {
      String metric = words().equals(main().title()) ? "" : ": " + main().title();
      return words() + metric + (main().higherIsBetter() ? " (higher" : " (lower") + " is better)";
    }

    /** The metric that policies are compared by. */
    public Metric main() {
      return kind.metrics().getFirst();
    }
  }

  /** The state sizes of rows, ascending. */
  public static List<Integer> states(List<Row> rows) {
    return rows.stream()
        .map(Row::state)
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .distinct()
        .sorted()
        .toList();
  }

  /** The cells of a task that have a result. */
  public List<CellRecord> results(TaskKind<?> kind) {
    return cells.stream().filter(c -> c.done() && c.cell().task().equals(kind.name())).toList();
  }

  /** The values of each setting in the journal's cells, in the order of DESIGN.md 2.8. */
  public Map<String, List<String>> settings() {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (CellRecord record : cells) {
      fields(record.cell())
          .forEach(
              (name, value) -> {
                List<String> known = values.computeIfAbsent(name, n -> new ArrayList<>());
                if (!known.contains(value)) {
                  known.add(value);
                }
              });
    }
    return values;
  }

  private static String brief(@Nullable String value) {
    return value == null ? "none" : value.length() == 64 ? value.substring(0, 8) : value;
  }

  /** All that decides a cell's result beside its item, by name, in the order of DESIGN.md 2.8. */
  public static Map<String, String> fields(CellId cell) {
    Settings s = cell.settings();
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("model", s.model());
    fields.put("model digest (SHA-256)", s.modelDigest());
    fields.put("policy", s.policy());
    if (s.policyOrigin() != null) {
      fields.put("plug-in (SHA-256)", s.policyOrigin());
    }
    fields.put("state size k", s.state() == null ? "unbounded" : s.state().toString());
    fields.put("regime", s.regime());
    fields.put("positions", s.positions());
    fields.put("budgets", s.budgets());
    fields.put("granularity", s.granularity());
    fields.put("KV storage", s.storage());
    fields.put("backend", s.backend());
    fields.put("seed", Long.toString(s.seed()));
    fields.put("code version", s.version());
    new TreeMap<>(cell.options())
        .forEach((name, value) -> fields.put(cell.task() + ": " + name, value));
    return fields;
  }

  /**
   * By section, the settings that differ between its cells without being what the grid varies.
   * Positions and budgets may belong to a policy: they count where they differ under one policy.
   * Options may belong to an item, as its length does: they count where they differ for one item.
   */
  private static Map<String, List<String>> varying(List<CellRecord> cells) {
    List<String> varied = List.of("policy", "state size k", "granularity", "plug-in (SHA-256)");
    List<String> owned = List.of("positions", "budgets");
    return cells.stream()
        .collect(Collectors.groupingBy(c -> c.cell().section()))
        .entrySet()
        .stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry -> {
                  List<CellRecord> own = entry.getValue();
                  Set<String> ofPolicy = differing(own, c -> c.cell().settings().policy());
                  Set<String> ofItem = differing(own, c -> c.cell().item() + c.cell().itemDigest());
                  String option = own.getFirst().cell().task() + ": ";
                  return new Fields(own)
                      .names().stream()
                          .filter(name -> !varied.contains(name))
                          .filter(name -> !owned.contains(name) || ofPolicy.contains(name))
                          .filter(name -> !name.startsWith(option) || ofItem.contains(name))
                          .toList();
                }));
  }

  /** The fields that differ within any of the groups. */
  private static Set<String> differing(List<CellRecord> cells, Function<CellRecord, String> group) {
    Set<String> names = new HashSet<>();
    cells.stream()
        .collect(Collectors.groupingBy(group))
        .values()
        .forEach(members -> names.addAll(new Fields(members).names()));
    return names;
  }

  /** Which fields have more than one value. */
  private record Fields(List<CellRecord> cells) {
    List<String> names() {
      Map<String, Set<String>> values = new LinkedHashMap<>();
      for (CellRecord record : cells) {
        fields(record.cell())
            .forEach(
                (name, value) ->
                    values.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(value));
      }
      return values.entrySet().stream()
          .filter(e -> e.getValue().size() > 1)
          .map(Map.Entry::getKey)
          .toList();
    }
  }

  private static Row row(Group group, List<CellRecord> members) {
    List<Figures> results = new ArrayList<>();
    StateFigures state = StateFigures.NONE;
    double seconds = 0;
    for (CellRecord member : members) {
      seconds += member.seconds();
      if (member.result() != null) {
        results.add(member.result());
        state = state.with(member.result().state());
      }
    }
    return new Row(
        group.section,
        group.policy,
        group.state,
        results.size(),
        members.size() - results.size(),
        results.isEmpty() ? Map.of() : members.getFirst().kind().total(results),
        state,
        seconds);
  }
}

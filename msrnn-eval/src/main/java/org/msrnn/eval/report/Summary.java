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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.sweep.CellId;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.task.PerplexityFigures;
import org.msrnn.eval.task.Settings;

/** The cells of a sweep, one row for all items of a task under the same settings. */
public final class Summary {

  /**
   * One row.
   *
   * @param task the task
   * @param policy the policy, followed by those settings that differ between the journal's cells
   * @param state k; null if unbounded
   * @param items items with a result
   * @param failed items whose last run failed
   * @param value perplexity over all items, or accuracy in per cent
   * @param error standard error of an accuracy, in per cent
   * @param perplexityAfterState over tokens predicted from position k or later
   * @param wordPerplexity per word
   * @param bytePerplexity per byte
   * @param bitsPerCharacter bits per character
   * @param peakStates the most single states that any layer or KV head held
   * @param stateBytes bytes of keys and values of the largest multi-state
   * @param reservedBytes bytes set aside for them, free slots included
   * @param seconds time of all items
   */
  public record Row(
      String task,
      String policy,
      @Nullable Integer state,
      int items,
      int failed,
      @Nullable Double value,
      @Nullable Double error,
      @Nullable Double perplexityAfterState,
      @Nullable Double wordPerplexity,
      @Nullable Double bytePerplexity,
      @Nullable Double bitsPerCharacter,
      long peakStates,
      long stateBytes,
      long reservedBytes,
      double seconds) {

    /** Whether it is of this policy at this state size. */
    boolean isOf(String otherPolicy, @Nullable Integer otherState) {
      return policy.equals(otherPolicy) && Objects.equals(state, otherState);
    }
  }

  private record Group(String task, String policy, @Nullable Integer state) {}

  private final List<CellRecord> cells;
  private final List<Row> rows;

  /** The summary of cells, in the order of tasks and policies in which they came. */
  public Summary(List<CellRecord> cells) {
    this.cells = List.copyOf(cells);
    Map<Group, List<CellRecord>> groups = new LinkedHashMap<>();
    Map<String, List<String>> varying = varying(cells);
    for (CellRecord record : cells) {
      if (!record.cell().task().equals(CellId.KEPT_MAP)) {
        Settings settings = record.cell().settings();
        String policy =
            settings.policy()
                + varying.getOrDefault(record.cell().task(), List.of()).stream()
                    .map(name -> ", " + name + " " + brief(fields(record.cell()).get(name)))
                    .collect(Collectors.joining());
        groups
            .computeIfAbsent(
                new Group(record.cell().task(), policy, settings.state()), g -> new ArrayList<>())
            .add(record);
      }
    }
    List<Row> all = new ArrayList<>();
    groups.forEach((group, members) -> all.add(row(group, members)));
    Map<String, Integer> order = new LinkedHashMap<>();
    all.forEach(row -> order.putIfAbsent(row.task() + "\n" + row.policy(), order.size()));
    all.sort(
        Comparator.comparingInt(
                (Row row) -> order.getOrDefault(row.task() + "\n" + row.policy(), 0))
            .thenComparingInt(row -> row.state() == null ? 0 : row.state()));
    this.rows = List.copyOf(all);
  }

  /** The cells, as they came. */
  public List<CellRecord> cells() {
    return cells;
  }

  /** The rows of a task, those of a policy together, by state size. */
  public List<Row> rows(String task) {
    return rows.stream().filter(row -> row.task().equals(task)).toList();
  }

  /** All rows. */
  public List<Row> rows() {
    return rows;
  }

  /** The tasks that have rows. */
  public List<String> tasks() {
    return rows.stream().map(Row::task).distinct().toList();
  }

  /** The state sizes of a task's rows, ascending. */
  public List<Integer> states(String task) {
    return states(rows(task));
  }

  /** The state sizes of rows, ascending. */
  static List<Integer> states(List<Row> rows) {
    return rows.stream()
        .map(Row::state)
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .distinct()
        .sorted()
        .toList();
  }

  /** The kept-token maps. */
  public List<CellRecord> keptMaps() {
    return cells.stream().filter(c -> c.keptMap() != null).toList();
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

  private static Map<String, String> fields(CellId cell) {
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
   * By task, the settings that differ between its cells without being what the grid varies.
   * Positions and budgets may belong to a policy: they count where they differ under one policy.
   */
  private static Map<String, List<String>> varying(List<CellRecord> cells) {
    List<String> varied = List.of("policy", "state size k", "granularity", "plug-in (SHA-256)");
    List<String> owned = List.of("positions", "budgets");
    return cells.stream().collect(Collectors.groupingBy(c -> c.cell().task())).entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry -> {
                  Set<String> own = new HashSet<>();
                  entry.getValue().stream()
                      .collect(Collectors.groupingBy(c -> c.cell().settings().policy()))
                      .values()
                      .forEach(cellsOfPolicy -> own.addAll(new Fields(cellsOfPolicy).names()));
                  return new Fields(entry.getValue())
                      .names().stream()
                          .filter(name -> !varied.contains(name))
                          .filter(name -> !owned.contains(name) || own.contains(name))
                          .toList();
                }));
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
    int failed = (int) members.stream().filter(m -> !m.done()).count();
    double seconds = members.stream().mapToDouble(CellRecord::seconds).sum();
    List<PerplexityFigures> texts = new ArrayList<>();
    List<Double> scores = new ArrayList<>();
    long peak = 0;
    long bytes = 0;
    long reserved = 0;
    for (CellRecord member : members) {
      if (member.perplexity() != null) {
        texts.add(member.perplexity());
      } else if (member.retrieval() != null) {
        scores.add(member.retrieval().score());
        peak = Math.max(peak, member.retrieval().peakStates());
        bytes = Math.max(bytes, member.retrieval().stateBytes());
        reserved = Math.max(reserved, member.retrieval().reservedBytes());
      }
    }
    if (!texts.isEmpty()) {
      PerplexityFigures total = PerplexityFigures.total(texts);
      return new Row(
          group.task,
          group.policy,
          group.state,
          texts.size(),
          failed,
          total.perplexity(),
          null,
          total.perplexityAfterState(),
          total.wordPerplexity(),
          total.bytePerplexity(),
          total.bitsPerCharacter(),
          total.peakStates(),
          total.stateBytes(),
          total.reservedBytes(),
          seconds);
    }
    Double mean = scores.isEmpty() ? null : 100 * mean(scores);
    return new Row(
        group.task,
        group.policy,
        group.state,
        scores.size(),
        failed,
        mean,
        standardError(scores),
        null,
        null,
        null,
        null,
        peak,
        bytes,
        reserved,
        seconds);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  private static @Nullable Double standardError(List<Double> scores) {
    if (scores.size() < 2) {
      return null;
    }
    double mean = mean(scores);
    double squares = scores.stream().mapToDouble(s -> (s - mean) * (s - mean)).sum();
    return 100 * Math.sqrt(squares / (scores.size() - 1) / scores.size());
  }
}

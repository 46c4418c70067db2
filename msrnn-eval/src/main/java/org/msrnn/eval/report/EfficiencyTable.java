package org.msrnn.eval.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.task.EfficiencyFigures;
import org.msrnn.eval.task.Settings;

/**
 * Memory, largest batch and relative throughput by state size, as Table 1 of arXiv 2401.06104 has
 * them. Throughput is relative to the unbounded state of the same model under the same conditions.
 */
public final class EfficiencyTable {
  private static final String REFERENCE = "full";

  private EfficiencyTable() {}

  /** All that must be equal for two throughputs to be compared. */
  private record Conditions(
      String model,
      String modelDigest,
      String storage,
      String backend,
      String version,
      int depth,
      @Nullable Long memory) {
    static Conditions of(CellRecord record) {
      Settings s = record.cell().settings();
      EfficiencyFigures figures = figures(record);
      return new Conditions(
          s.model(),
          s.modelDigest(),
          s.storage(),
          s.backend(),
          s.version(),
          figures.depth(),
          figures.memory());
    }

    String words() {
      return model
          + ", "
          + storage
          + ", "
          + backend
          + ", after "
          + Numbers.count(depth)
          + " tokens";
    }
  }

  /**
   * A policy at a state size.
   *
   * @param policy the policy
   * @param state k; null if unbounded
   * @param byBatch what was measured, by batch
   */
  private record Row(
      String policy, @Nullable Integer state, TreeMap<Integer, EfficiencyFigures> byBatch) {
    EfficiencyFigures any() {
      return byBatch.firstEntry().getValue();
    }

    @Nullable Double rate(int batch) {
      EfficiencyFigures figures = byBatch.get(batch);
      return figures == null ? null : (Double) figures.tokensPerSecond();
    }

    /** The highest rate of a batch that fits the memory; null if none does. */
    @Nullable Double best() {
      return byBatch.values().stream()
          .filter(f -> f.largestBatch() == null || f.batch() <= f.largestBatch())
          .map(EfficiencyFigures::tokensPerSecond)
          .max(Comparator.naturalOrder())
          .orElse(null);
    }
  }

  /** The tables of the cells of the task efficiency; nothing if there are none. */
  public static String of(List<CellRecord> cells) {
    Map<Conditions, List<CellRecord>> groups = new LinkedHashMap<>();
    cells.forEach(c -> groups.computeIfAbsent(Conditions.of(c), k -> new ArrayList<>()).add(c));
    StringBuilder text = new StringBuilder();
    groups.forEach(
        (conditions, own) -> {
          text.append("\nefficiency by state size: ").append(conditions.words()).append("\n\n");
          text.append(table(conditions, rows(own)));
        });
    return text.toString();
  }

  private static List<Row> rows(List<CellRecord> cells) {
    Map<List<Object>, Row> rows = new LinkedHashMap<>();
    for (CellRecord cell : cells) {
      Settings s = cell.cell().settings();
      EfficiencyFigures figures = figures(cell);
      rows.computeIfAbsent(
              List.of(s.policy(), String.valueOf(s.state())),
              key -> new Row(s.policy(), s.state(), new TreeMap<>()))
          .byBatch
          .put(figures.batch(), figures);
    }
    return List.copyOf(rows.values());
  }

  private static TextTable table(Conditions conditions, List<Row> rows) {
    List<Integer> states =
        rows.stream()
            .map(Row::state)
            .filter(Objects::nonNull)
            .map(Objects::requireNonNull)
            .distinct()
            .sorted()
            .toList();
    List<String> head = new ArrayList<>(List.of("policy", "figure"));
    states.forEach(k -> head.add(k.toString()));
    head.add("unbounded");
    TextTable table = new TextTable(2, head.toArray(String[]::new));
    Row reference = rows.stream().filter(r -> r.policy.equals(REFERENCE)).findFirst().orElse(null);
    for (String policy : rows.stream().map(Row::policy).distinct().toList()) {
      List<@Nullable Row> own = new ArrayList<>();
      states.forEach(k -> own.add(find(rows, policy, k)));
      own.add(find(rows, policy, null));
      line(table, policy, "keys and values", own, r -> Numbers.bytes(r.any().state().bytes()));
      line(table, policy, "with free slots", own, r -> Numbers.bytes(r.any().state().reserved()));
      Long memory = conditions.memory;
      if (memory != null) {
        String figure = "largest batch in " + Numbers.bytes(memory);
        line(table, policy, figure, own, r -> String.valueOf(r.any().largestBatch()));
      }
      for (int batch : batches(rows)) {
        String figure = "relative throughput, batch " + batch;
        line(
            table,
            policy,
            figure,
            own,
            r -> relative(r.rate(batch), reference, x -> x.rate(batch)));
      }
      String best = "relative throughput, best batch" + (memory == null ? "" : " that fits");
      line(table, policy, best, own, r -> relative(r.best(), reference, Row::best));
    }
    return table;
  }

  private static List<Integer> batches(List<Row> rows) {
    return rows.stream().flatMap(r -> r.byBatch.keySet().stream()).distinct().sorted().toList();
  }

  private static @Nullable Row find(List<Row> rows, String policy, @Nullable Integer state) {
    return rows.stream()
        .filter(r -> r.policy.equals(policy) && Objects.equals(r.state, state))
        .findFirst()
        .orElse(null);
  }

  private static void line(
      TextTable table,
      String policy,
      String figure,
      List<@Nullable Row> rows,
      Function<Row, String> content) {
    List<String> cells = new ArrayList<>(List.of(policy, figure));
    rows.forEach(row -> cells.add(row == null ? "" : content.apply(row)));
    table.add(cells);
  }

  private static String relative(
      @Nullable Double rate, @Nullable Row reference, Function<Row, @Nullable Double> of) {
    Double full = reference == null ? null : of.apply(reference);
    return rate == null || full == null ? "-" : Numbers.fixed(rate / full, 2);
  }

  private static EfficiencyFigures figures(CellRecord record) {
    return EfficiencyFigures.class.cast(Objects.requireNonNull(record.result()));
  }
}

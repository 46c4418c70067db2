package org.msrnn.eval.sweep;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.task.Figures;
import tools.jackson.core.JacksonException;

/**
 * Runs the cells of a sweep that its journal does not hold yet. A cell counts as done when its
 * record is on the disk; one that failed has a record too, and is tried again by the next run, so
 * and so many times.
 *
 * @param cells the grid
 * @param attempts how often a cell may fail before it is left alone
 */
public record Sweep(List<Cell> cells, int attempts) {
  /** Copies the cells. */
  public Sweep {
    cells = List.copyOf(cells);
  }

  /** Is told how far a sweep is. */
  @FunctionalInterface
  public interface Progress {
    /**
     * A cell is about to run, is on its way, or all have run.
     *
     * @param done cells that this run is through with, the current one by its share
     * @param all cells that this run has to compute
     * @param now the cell, and its running metric, in words; empty at the end
     */
    void update(double done, long all, String now);
  }

  /**
   * What a run did.
   *
   * @param cells cells of the grid
   * @param computed of which this run computed
   * @param failed of which failed in this run
   * @param given of which failed too often before and were not tried again
   */
  public record Outcome(int cells, int computed, int failed, int given) {}

  /**
   * The cells of one of several processes that share a sweep. Cells that share work stay together.
   *
   * @param shard which of them, from 0
   * @param shards how many there are
   */
  public Sweep shard(int shard, int shards) {
    Map<String, Integer> groups = new LinkedHashMap<>();
    List<Cell> own = new ArrayList<>();
    for (Cell cell : cells) {
      int group = groups.computeIfAbsent(cell.share(), s -> groups.size());
      if (group % shards == shard) {
        own.add(cell);
      }
    }
    return new Sweep(own, attempts);
  }

  /** Runs what is left, one cell after the other: the backend keeps all processors busy. */
  public Outcome run(Journal journal, Progress progress) {
    Map<String, Integer> failures = new HashMap<>();
    for (String line : journal.records()) {
      CellRecord record = read(line);
      if (record.done()) {
        failures.put(record.key(), -1);
      } else {
        failures.merge(record.key(), 1, (old, one) -> old < 0 ? old : old + one);
      }
    }
    List<Cell> left =
        cells.stream().filter(cell -> isLeft(failures.getOrDefault(cell.id().key(), 0))).toList();
    int failed = 0;
    for (int i = 0; i < left.size(); i++) {
      Cell cell = left.get(i);
      int over = i;
      String name = words(cell.id());
      progress.update(over, left.size(), name);
      CellRecord record =
          compute(
              cell,
              (done, total, now) ->
                  progress.update(
                      over + Math.clamp((double) done / Math.max(1, total), 0, 1),
                      left.size(),
                      now.isEmpty() ? name : name + ": " + now));
      journal.append(Json.line(record));
      failed += record.done() ? 0 : 1;
    }
    progress.update(left.size(), left.size(), "");
    int given =
        (int)
            cells.stream()
                .filter(cell -> failures.getOrDefault(cell.id().key(), 0) >= attempts)
                .count();
    return new Outcome(cells.size(), left.size(), failed, given);
  }

  private boolean isLeft(int failures) {
    return failures >= 0 && failures < attempts;
  }

  private static CellRecord compute(Cell cell, Cell.Watch watch) {
    long start = System.nanoTime();
    Figures figures = null;
    String error = "";
    try {
      figures = cell.work().run(watch);
    } catch (MsrnnException e) {
      error = String.valueOf(e.getMessage());
    } catch (RuntimeException e) { // a plug-in's own failure costs its cell, not the sweep
      error = e.toString();
    }
    double seconds = Math.round((System.nanoTime() - start) / 1e6) / 1e3;
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    return figures == null
        ? CellRecord.failed(cell.id(), error, seconds, now)
        : CellRecord.of(cell.id(), figures, seconds, now);
  }

  private static String words(CellId id) {
    Integer state = id.settings().state();
    return id.section()
        + " "
        + id.settings().policy()
        + (state == null ? "" : " " + state)
        + " "
        + id.item();
  }

  /**
   * The cells that a journal's records hold: of several records of one cell the last, at the place
   * of the first.
   *
   * @throws MsrnnException if a record is of another kind
   */
  public static List<CellRecord> records(List<String> lines) {
    Map<String, CellRecord> byKey = new LinkedHashMap<>();
    for (String line : lines) {
      CellRecord record = read(line);
      byKey.put(record.key(), record);
    }
    return List.copyOf(byKey.values());
  }

  private static CellRecord read(String line) {
    try {
      return CellRecord.read(line);
    } catch (JacksonException e) {
      throw new MsrnnException(
          "the journal holds a record that another version of msrnn wrote; choose another --out",
          e);
    }
  }
}

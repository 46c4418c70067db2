package org.msrnn.eval.sweep;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.task.Figures;

/**
 * Runs the cells of a sweep that its journal does not hold yet. A cell counts as done when its
 * record is on the disk; one that failed has a record too, and is tried again by the next run, so
 * and so many times.
 */
public final class Sweep {
  private final List<Cell> cells;
  private final List<Integer> places;
  private final int attempts;

  /**
   * A sweep over a whole grid.
   *
   * @param cells the grid
   * @param attempts how often a cell may fail before it is left alone
   */
  public Sweep(List<Cell> cells, int attempts) {
    this(cells, attempts, 0);
  }

  /**
   * A sweep over a part of a grid that begins somewhere.
   *
   * @param first cells of the grid before this part
   */
  public Sweep(List<Cell> cells, int attempts, int first) {
    this(
        cells,
        java.util.stream.IntStream.range(first, first + cells.size()).boxed().toList(),
        attempts);
  }

  private Sweep(List<Cell> cells, List<Integer> places, int attempts) {
    this.cells = List.copyOf(cells);
    this.places = List.copyOf(places);
    this.attempts = attempts;
  }

  /** Is told how far a sweep is. */
  @FunctionalInterface
  public interface Progress {
    /**
     * A cell is about to run, is on its way, or all have run.
     *
     * @param done cells that this run is through with, the current one by its share; each weighs
     *     what it is expected to take
     * @param all cells that this run has to compute
     * @param now the cell, and its running metric, in words; empty at the end; asked only when it
     *     is shown
     */
    void update(double done, long all, Supplier<String> now);
  }

  /**
   * What a run did.
   *
   * @param cells cells of the grid
   * @param computed of which this run computed
   * @param failed of which failed in this run
   * @param given of which failed too often before and were not tried again
   */
  public record Outcome(int cells, int computed, int failed, int given) {
    /** Of no cells at all. */
    public static final Outcome NONE = new Outcome(0, 0, 0, 0);

    /** Of both. */
    public Outcome plus(Outcome other) {
      return new Outcome(
          cells + other.cells,
          computed + other.computed,
          failed + other.failed,
          given + other.given);
    }
  }

  /** The grid, or this process's part of it. */
  public List<Cell> cells() {
    return cells;
  }

  /**
   * The cells of one of several processes that share a sweep. Cells that share work stay together.
   *
   * @param shard which of them, from 0
   * @param shards how many there are
   */
  public Sweep shard(int shard, int shards) {
    Map<String, Integer> groups = new LinkedHashMap<>();
    List<Cell> own = new ArrayList<>();
    List<Integer> ownPlaces = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      int group = groups.computeIfAbsent(cells.get(i).share(), s -> groups.size());
      if (group % shards == shard) {
        own.add(cells.get(i));
        ownPlaces.add(places.get(i));
      }
    }
    return new Sweep(own, ownPlaces, attempts);
  }

  /** Runs what no journal but this one may hold. */
  public Outcome run(Journal journal, Progress progress) {
    return run(journal, List.of(), progress);
  }

  /**
   * Runs what is left, one cell after the other: the backend keeps all processors busy.
   *
   * @param journal where records go
   * @param elsewhere records of other journals of this sweep: what is done there is done
   */
  public Outcome run(Journal journal, List<String> elsewhere, Progress progress) {
    History history = new History();
    elsewhere.forEach(line -> history.add(CellRecord.read(line), false));
    journal.records().forEach(line -> history.add(CellRecord.read(line), true));
    List<Integer> left = new ArrayList<>();
    int given = 0;
    for (int i = 0; i < cells.size(); i++) {
      int failures = history.failures(cells.get(i));
      if (failures >= attempts) {
        given++;
      } else if (failures >= 0) {
        left.add(i);
      }
    }
    left.forEach(i -> history.pace.expect(cells.get(i).id()));
    int failed = 0;
    double seconds = 0;
    for (int n = 0; n < left.size(); n++) {
      Cell cell = cells.get(left.get(n));
      String name = (n + 1) + "/" + left.size() + " " + words(cell.id());
      history.pace.begin(cell.id());
      Cell.Watch watch = watch(name, seconds, history.pace, cell.id(), left.size(), progress);
      watch.update(0, 1, () -> "");
      CellRecord record = compute(cell, places.get(left.get(n)), watch);
      journal.append(Json.line(record));
      history.pace.learn(record);
      seconds += record.seconds();
      failed += record.done() ? 0 : 1;
    }
    progress.update(left.size(), left.size(), () -> "");
    return new Outcome(cells.size(), left.size(), failed, given);
  }

  /** What was tried before. */
  private static final class History {
    private static final int DONE = -1;

    private final Map<String, Integer> failures = new HashMap<>();
    private final Pace pace = new Pace();

    void add(CellRecord record, boolean own) {
      pace.learn(record);
      if (record.done()) {
        failures.put(record.key(), DONE);
      } else if (own) {
        failures.merge(record.key(), 1, (old, one) -> old == DONE ? old : old + one);
      }
    }

    /** How often it failed; less than 0 if it is done. */
    int failures(Cell cell) {
      return failures.getOrDefault(cell.id().key(), 0);
    }
  }

  /** Turns the share of one cell into that of the run. */
  private static Cell.Watch watch(
      String name, double before, Pace pace, CellId cell, int cells, Progress progress) {
    double own = pace.of(cell);
    double all = before + own + pace.ofWaiting();
    return (done, total, now) -> {
      double share = Math.clamp((double) done / Math.max(1, total), 0, 1);
      progress.update(cells * (before + share * own) / all, cells, () -> words(name, now.get()));
    };
  }

  private static String words(String name, String now) {
    return now.isEmpty() ? name : name + ": " + now;
  }

  private static CellRecord compute(Cell cell, int place, Cell.Watch watch) {
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
        ? CellRecord.failed(cell.id(), error, seconds, now, place)
        : CellRecord.of(cell.id(), figures, seconds, now, place);
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
    lines.forEach(line -> add(byKey, CellRecord.read(line)));
    return List.copyOf(byKey.values());
  }

  /**
   * The cells of several journals of one sweep, in the order of its grid, whichever process
   * computed them. Of two records of one cell the later counts, and one with a result before one
   * without.
   */
  public static List<CellRecord> merged(List<List<String>> journals) {
    if (journals.size() == 1) {
      return records(journals.getFirst());
    }
    Map<String, CellRecord> byKey = new LinkedHashMap<>();
    for (List<String> journal : journals) {
      records(journal).forEach(record -> add(byKey, record));
    }
    return byKey.values().stream().sorted(Comparator.comparingInt(CellRecord::place)).toList();
  }

  private static void add(Map<String, CellRecord> byKey, CellRecord record) {
    byKey.merge(record.key(), record, (old, one) -> old.done() && !one.done() ? old : one);
  }
}

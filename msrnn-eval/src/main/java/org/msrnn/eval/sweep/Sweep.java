package org.msrnn.eval.sweep;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.journal.JournalException;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.TokenDocument;
import tools.jackson.core.JacksonException;

/**
 * Runs the cells of a sweep that its journal does not hold yet. A cell counts as done when its
 * record is on the disk; one that failed has a record too, and is tried again by the next run.
 */
public final class Sweep {
  private final List<Cell> cells;

  /** Is told of each cell. */
  @FunctionalInterface
  public interface Progress {
    /**
     * A cell is about to run, or all have run.
     *
     * @param done cells that are over, those of earlier runs included
     * @param all cells of the grid
     * @param next the cell that runs next, in words; empty at the end
     */
    void update(long done, long all, String next);
  }

  /**
   * What a run did.
   *
   * @param cells cells of the grid
   * @param computed of which this run computed
   * @param failed of which failed in this run
   */
  public record Outcome(int cells, int computed, int failed) {}

  /**
   * Plans a sweep.
   *
   * @throws org.msrnn.api.InvalidOptionException if the grid does not fit the model
   */
  public Sweep(Machine machine, SweepOptions options, List<TokenDocument> documents) {
    this(new SweepPlan(machine, options).cells(documents));
  }

  Sweep(List<Cell> cells) {
    this.cells = List.copyOf(cells);
  }

  /** Runs what is left, one cell after the other: the backend keeps all processors busy. */
  public Outcome run(Journal journal, Progress progress) {
    Set<String> done = new HashSet<>();
    for (CellRecord record : records(journal.records())) {
      if (record.done()) {
        done.add(record.key());
      }
    }
    int over = 0;
    int computed = 0;
    int failed = 0;
    for (Cell cell : cells) {
      if (!done.contains(cell.id().key())) {
        progress.update(over, cells.size(), words(cell.id()));
        CellRecord record = compute(cell);
        journal.append(Json.line(record));
        done.add(record.key());
        computed++;
        failed += record.done() ? 0 : 1;
      }
      over++;
    }
    progress.update(over, cells.size(), "");
    return new Outcome(cells.size(), computed, failed);
  }

  private static CellRecord compute(Cell cell) {
    long start = System.nanoTime();
    CellRecord record;
    try {
      record = cell.work().get();
    } catch (MsrnnException e) {
      record = CellRecord.failed(cell.id(), String.valueOf(e.getMessage()));
    } catch (RuntimeException e) { // a plug-in's own failure costs its cell, not the sweep
      record = CellRecord.failed(cell.id(), e.toString());
    }
    double seconds = Math.round((System.nanoTime() - start) / 1e6) / 1e3;
    return record.timed(seconds, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  private static String words(CellId id) {
    Integer state = id.settings().state();
    return id.task()
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
   * @throws JournalException if a record is of another kind
   */
  public static List<CellRecord> records(List<String> lines) {
    Map<String, CellRecord> byKey = new LinkedHashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      try {
        CellRecord record = Json.read(lines.get(i), CellRecord.class);
        byKey.put(record.key(), record);
      } catch (JacksonException e) {
        throw new MsrnnException(
            "record " + (i + 1) + " of the journal was written by another version of msrnn", e);
      }
    }
    return List.copyOf(byKey.values());
  }
}

package org.msrnn.eval.sweep;

import java.util.function.Supplier;
import org.msrnn.eval.task.Figures;

/**
 * One cell of the grid.
 *
 * @param id what it is
 * @param share cells of the same share follow each other and share work: one process computes them
 * @param work computes it
 */
public record Cell(CellId id, String share, Work work) {

  /** Computes a cell. */
  @FunctionalInterface
  public interface Work {
    /**
     * Runs once, at most.
     *
     * @param watch is told how far it is
     */
    Figures run(Watch watch);
  }

  /** Is told how far a cell is. */
  @FunctionalInterface
  public interface Watch {
    /**
     * So much of so much is done.
     *
     * @param done tokens or items that are over
     * @param total all of them
     * @param now the running metric, in words; may be empty; asked only when it is shown
     */
    void update(long done, long total, Supplier<String> now);
  }

  /** A cell that shares nothing. */
  public Cell(CellId id, Work work) {
    this(id, id.key(), work);
  }
}

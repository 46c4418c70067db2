package org.msrnn.eval.sweep;

import java.util.function.Supplier;

/**
 * One cell of the grid.
 *
 * @param id what it is
 * @param work computes it
 */
record Cell(CellId id, Supplier<CellRecord> work) {}

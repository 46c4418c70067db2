package org.msrnn.eval.sweep;

import java.util.List;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;

/** One of the experiments: lays out its cells. */
@FunctionalInterface
public interface Task {
  /**
   * Its cells, those that share work beside each other.
   *
   * @param machine the model and what can be put on it
   * @param setups policies and references, state sizes and position schemes; a setup that the task
   *     cannot run gets no cell
   * @throws org.msrnn.api.InvalidOptionException if the task does not fit the model
   */
  List<Cell> cells(Machine machine, List<Setup> setups);
}

package org.msrnn.eval.task;

import java.util.Map;

/** What a cell of a sweep found: a plain record that the journal keeps as JSON. */
public interface Figures {
  /** The item's metrics by name, the main one first; those that do not apply are left out. */
  Map<String, Double> metrics();

  /** What was written and what should have been, by name; empty for most. */
  default Map<String, String> texts() {
    return Map.of();
  }

  /** How large the multi-state became. */
  StateFigures state();
}

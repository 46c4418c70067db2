package org.msrnn.api.policy;

import java.util.Optional;

/**
 * A policy around another one. Everything is the inner policy's unless a wrapper says otherwise: a
 * record with a component {@code policy} overrides what it changes. One that changes scores also
 * overrides {@link #program} and {@link #positional}, which describe them.
 */
public interface WrappedPolicy extends EvictionPolicy {
  /** The inner policy. */
  EvictionPolicy policy();

  @Override
  default Signals observes() {
    return policy().observes();
  }

  @Override
  default void score(KvSet set, double[] scores) {
    policy().score(set, scores);
  }

  @Override
  default void observe(KvSet set, AttentionRow row) {
    policy().observe(set, row);
  }

  @Override
  default Granularity granularity() {
    return policy().granularity();
  }

  @Override
  default int columns(SetShape shape) {
    return policy().columns(shape);
  }

  @Override
  default int memory(SetShape shape) {
    return policy().memory(shape);
  }

  @Override
  default Pins pins(int states) {
    return policy().pins(states);
  }

  @Override
  default Trigger trigger() {
    return policy().trigger();
  }

  @Override
  default boolean positional() {
    return policy().positional();
  }

  @Override
  default BudgetPlanner budgets() {
    return policy().budgets();
  }

  @Override
  default double demand(KvSet set) {
    return policy().demand(set);
  }

  @Override
  default PositionScheme positions() {
    return policy().positions();
  }

  @Override
  default Optional<ScoreProgram> program() {
    return policy().program();
  }
}

package org.msrnn.api.testkit;

import static org.msrnn.api.testkit.Plants.PINS;
import static org.msrnn.api.testkit.Plants.POSITIONAL;
import static org.msrnn.api.testkit.Plants.PROGRAM;
import static org.msrnn.api.testkit.Plants.SANE;
import static org.msrnn.api.testkit.Plants.STABLE;
import static org.msrnn.api.testkit.Plants.USED;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.PositionScheme;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/** Policies that say wrong things of themselves. */
final class DeclarationFaults {
  private DeclarationFaults() {}

  static void into(Plants plants) {
    memory(plants);
    plants.plant("columns below 0", () -> columns(-1), SANE);
    plants.plant("a million columns", () -> columns(1_000_000), SANE);
    AtomicLong instances = new AtomicLong();
    plants.plant(
        "columns that differ by instance",
        () -> columns((int) instances.incrementAndGet()),
        STABLE);
    plants.plant(
        "columns that change from call to call",
        () ->
            new Plant.Oldest() {
              private int calls;

              @Override
              public int columns(SetShape shape) {
                return calls++;
              }
            },
        STABLE);
    plants.plant(
        "pins for all states",
        () ->
            new Plant.Oldest() {
              @Override
              public Pins pins(int states) {
                return new Pins(states / 2, states - states / 2);
              }
            },
        PINS);
    plants.plant(
        "pins below 0 for a small budget",
        () ->
            new Plant.Oldest() {
              @Override
              public Pins pins(int states) {
                return new Pins(0, states - 4);
              }
            },
        PINS);
    plants.plant(
        "positional, but drops the newest",
        () ->
            new Plant.Oldest() {
              @Override
              public boolean positional() {
                return true;
              }

              @Override
              public void score(KvSet set, double[] scores) {
                for (int e = 0; e < set.size(); e++) {
                  scores[e] = -e;
                }
              }
            },
        POSITIONAL);
    plants.plant(
        "positional, but asks for rows",
        () ->
            new Plant.LastRow() {
              @Override
              public boolean positional() {
                return true;
              }
            },
        SANE,
        POSITIONAL);
    plants.plant("a program of another score", () -> program(new ScoreProgram.Position()), PROGRAM);
    plants.plant("a program with decay 2", () -> program(new ScoreProgram.Accumulate(2, 1)), SANE);
    plants.plant("a program without its keys", () -> program(new ScoreProgram.KeyNorm()), SANE);
    plants.plant(
        "sums all queries, but asks for the newest alone",
        () ->
            new Plant.Sum() {
              @Override
              public Signals observes() {
                return Signals.mean();
              }
            },
        PROGRAM);
    plants.plant(
        "asks for rows and does not use them",
        () ->
            new Plant.Oldest() {
              @Override
              public Signals observes() {
                return Signals.perQueryHead();
              }
            },
        USED);
    plants.plant(
        "asks for keys and does not read them",
        () ->
            new Plant.Oldest() {
              @Override
              public Signals observes() {
                return Signals.NONE.withKeys();
              }
            },
        USED);
    plants.plant(
        "asks for a column too many",
        () ->
            new Plant.LastRow() {
              @Override
              public int columns(SetShape shape) {
                return 2;
              }
            },
        USED);
    plants.plant(
        "asks for rows and never decides",
        () ->
            new Plant.LastRow() {
              @Override
              public Trigger trigger() {
                return Trigger.NEVER;
              }
            },
        USED);
  }

  private static void memory(Plants plants) {
    plants.plant("memory below 0", () -> memory(-1), SANE);
    plants.plant("a billion numbers a set", () -> memory(1_000_000_000), SANE);
    plants.plant("memory that nobody looks at", () -> memory(3), USED);
    AtomicLong instances = new AtomicLong();
    plants.plant(
        "memory that differs by instance", () -> memory((int) instances.incrementAndGet()), STABLE);
    plants.plant(
        "pins that grow faster than the budget",
        () ->
            new Plant.Oldest() {
              @Override
              public Pins pins(int states) {
                return new Pins(0, states < 10 ? 1 : Math.min(states, 2 * states - 40));
              }
            },
        PINS);
    plants.plant("no budget planner", () -> budgets(null), SANE);
    plants.plant(
        "a budget planner without a name",
        () -> budgets(request -> Budgets.uniform(request.layers(), 1, 1)),
        SANE);
    plants.plant("no position scheme", () -> positions(null), SANE);
    plants.plant("a position scheme without a name", () -> positions(new Unnamed()), SANE);
    plants.plant(
        "asks for query vectors and does not read them",
        () ->
            new Plant.Oldest() {
              @Override
              public Signals observes() {
                return Signals.NONE.withQueries();
              }
            },
        USED);
    plants.plant(
        "asks for all queries and uses the newest alone",
        () ->
            new Plant.LastRow() {
              @Override
              public Signals observes() {
                return Signals.mean().withLastQueries(Signals.ALL_QUERIES);
              }
            },
        USED);
  }

  private static EvictionPolicy memory(int numbers) {
    return new Plant.Oldest() {
      @Override
      public int memory(SetShape shape) {
        return numbers;
      }
    };
  }

  @SuppressWarnings("NullAway") // a fault that annotations would have shown
  private static EvictionPolicy budgets(@Nullable BudgetPlanner planner) {
    return new Plant.Oldest() {
      @Override
      public BudgetPlanner budgets() {
        return planner;
      }
    };
  }

  @SuppressWarnings("NullAway") // a fault that annotations would have shown
  private static EvictionPolicy positions(@Nullable PositionScheme scheme) {
    return new Plant.Oldest() {
      @Override
      public PositionScheme positions() {
        return scheme;
      }
    };
  }

  private static final class Unnamed implements PositionScheme {
    @Override
    public boolean rotatesAtRead() {
      return false;
    }

    @Override
    public void map(long[] positions, int size, double[] into) {}
  }

  private static EvictionPolicy columns(int columns) {
    return new Plant.Oldest() {
      @Override
      public int columns(SetShape shape) {
        return columns;
      }
    };
  }

  private static EvictionPolicy program(ScoreProgram program) {
    return new Plant.LastRow() {
      @Override
      public Optional<ScoreProgram> program() {
        return Optional.of(program);
      }
    };
  }
}

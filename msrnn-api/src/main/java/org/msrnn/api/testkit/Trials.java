package org.msrnn.api.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Rules that are tried on every sequence. All of them are tried on one sequence before the next
 * one's turn, so that they can share its runs; this happens when the first of them is checked. A
 * rule that is broken is not tried on further sequences.
 */
final class Trials {
  private final PolicySubject subject;
  private final List<Entry> entries = new ArrayList<>();
  private boolean done;
  private @Nullable ContractViolation untried;

  /** A rule, and how it went. */
  private static final class Entry {
    private final Supplier<Consumer<Trial>> start;
    private @Nullable Consumer<Trial> check;
    private @Nullable ContractViolation failure;

    Entry(Supplier<Consumer<Trial>> start) {
      this.start = start;
    }

    void on(Trial trial) {
      try {
        if (check == null) {
          check = start.get();
        }
        check.accept(trial);
      } catch (ContractViolation e) {
        failure = new ContractViolation(trial.scenario() + ": " + e.getMessage(), e);
      } catch (RuntimeException | LinkageError e) {
        failure = new ContractViolation(trial.scenario() + ": it threw " + e, e);
      }
    }
  }

  Trials(PolicySubject subject) {
    this.subject = subject;
  }

  /** A rule that looks at each sequence by itself. */
  Rule rule(String name, Consumer<Trial> check) {
    return rememberingRule(name, () -> check);
  }

  /** A rule that remembers something from one sequence to the next. */
  Rule rememberingRule(String name, Supplier<Consumer<Trial>> start) {
    Entry entry = new Entry(start);
    entries.add(entry);
    return new Rule(
        name,
        () -> {
          run();
          ContractViolation failure = untried == null ? entry.failure : untried;
          if (failure != null) {
            throw failure;
          }
        });
  }

  private synchronized void run() {
    if (done) {
      return;
    }
    done = true;
    List<Scenario> scenarios;
    try {
      scenarios = subject.scenarios(Integer.MAX_VALUE).toList();
    } catch (ContractViolation e) {
      untried = e;
      return;
    } catch (RuntimeException | LinkageError e) {
      untried = new ContractViolation("it threw " + e, e);
      return;
    }
    scenarios.forEach(this::trial);
  }

  private void trial(Scenario scenario) {
    Trial trial = new Trial(subject, scenario);
    for (Entry entry : entries) {
      if (entry.failure == null) {
        entry.on(trial);
      }
    }
  }
}

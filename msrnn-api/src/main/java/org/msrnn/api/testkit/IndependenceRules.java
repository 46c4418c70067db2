package org.msrnn.api.testkit;

import static org.msrnn.api.testkit.PolicySubject.require;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.testkit.PolicySimulation.Course;

/** What a policy's decisions may depend on: the set and the rows of its own sequence, no more. */
record IndependenceRules(PolicySubject subject, Trials trials) {
  private static final int THREADS = 64;

  Stream<Rule> all() {
    return Stream.of(
        trials.rule("the same seed drops the same states", IndependenceRules::deterministic),
        trials.rememberingRule("earlier sequences leave no trace", () -> earlier(subject.create())),
        trials.rememberingRule("sequences of a batch do not influence each other", Batch::new),
        trials.rule("arrays may move between calls", IndependenceRules::moving),
        trials.rule("a fork and a restored state go on alike", IndependenceRules::fork),
        new Rule("one instance serves many threads", this::threads));
  }

  /** Every other sequence on the instance that had it before, the others on another one. */
  private static void deterministic(Trial trial) {
    boolean again = trial.scenario().seed() % 2 == 1;
    EvictionPolicy policy = again ? trial.outcome().policy() : trial.create();
    same(again ? "an instance run twice" : "another instance", trial.alone(), trial.run(policy));
  }

  private static Consumer<Trial> earlier(EvictionPolicy used) {
    return trial -> same("other sequences came before", trial.alone(), trial.run(used));
  }

  /** Feeds sequences two by two; the first one beside itself, too. */
  private static final class Batch implements Consumer<Trial> {
    private boolean started;
    private @Nullable Trial waiting;

    @Override
    public void accept(Trial trial) {
      if (!started) {
        started = true;
        together(trial, trial);
      }
      if (waiting == null) {
        waiting = trial;
      } else {
        together(waiting, trial);
        waiting = null;
      }
    }

    private static void together(Trial one, Trial other) {
      EvictionPolicy shared = one.create();
      PolicySimulation a = one.simulation(shared);
      PolicySimulation b = other.simulation(shared);
      for (int part = 0; part < one.scenario().parts(); part++) {
        one.scenario().feed(a, part);
        other.scenario().feed(b, part);
      }
      same("fed before " + other.scenario(), one.alone(), a.course());
      same("fed after " + one.scenario(), other.alone(), b.course());
    }
  }

  private static void moving(Trial trial) {
    PolicySimulation moving = trial.movingSimulation(trial.create());
    same("in arrays that move", trial.alone(), trial.scenario().finish(moving, 0));
  }

  /** A fork and its original are fed in turn; what is left of it is restored near the end. */
  private static void fork(Trial trial) {
    Scenario scenario = trial.scenario();
    int forked = scenario.parts() / 3;
    int restored = 2 * scenario.parts() / 3;
    PolicySimulation original = trial.simulation(trial.create());
    for (int part = 0; part < forked; part++) {
      scenario.feed(original, part);
    }
    PolicySimulation fork = original.fork();
    for (int part = forked; part < restored; part++) {
      scenario.feed(original, part);
      scenario.feed(fork, part);
    }
    PolicySimulation other = fork.fork(trial.create());
    Course whole = trial.alone();
    same("a fork", whole, scenario.finish(fork, restored));
    same("the original of a fork", whole, scenario.finish(original, restored));
    same("a state restored for another instance", whole, scenario.finish(other, restored));
  }

  private void threads() {
    List<Scenario> scenarios = subject.scenarios(THREADS).toList();
    List<Course> alone = scenarios.stream().map(one -> one.run(subject.create())).toList();
    EvictionPolicy shared = subject.create();
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Course>> runs = new ArrayList<>();
      for (Scenario scenario : scenarios) {
        runs.add(pool.submit(() -> scenario.run(shared)));
      }
      for (int i = 0; i < runs.size(); i++) {
        String what = scenarios.get(i) + " on one of " + THREADS + " threads";
        same(what, alone.get(i), get(runs.get(i)));
      }
    }
  }

  private static Course get(Future<Course> run) {
    try {
      return run.get();
    } catch (ExecutionException e) {
      throw new ContractViolation("on one of " + THREADS + " threads: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ContractViolation("the rule was interrupted", e);
    }
  }

  private static void same(String what, Course expected, Course found) {
    sameEvictions(what + ", other states leave", expected, found);
    int i = first(expected.demands(), found.demands());
    require(
        expected.demands().equals(found.demands()),
        what
            + ", demand "
            + i
            + " is "
            + at(found.demands(), i)
            + " in place of "
            + at(expected.demands(), i));
  }

  /** Fails with the first difference unless the same states leave. */
  static void sameEvictions(String what, Course expected, Course found) {
    int i = first(expected.evictions(), found.evictions());
    require(
        expected.evictions().equals(found.evictions()),
        what
            + ": eviction "
            + i
            + " is "
            + at(expected.evictions(), i)
            + " and "
            + at(found.evictions(), i));
  }

  private static int first(List<?> one, List<?> other) {
    int i = 0;
    while (i < Math.min(one.size(), other.size()) && one.get(i).equals(other.get(i))) {
      i++;
    }
    return i;
  }

  private static Object at(List<?> list, int index) {
    return index < list.size() ? list.get(index) : "none";
  }
}

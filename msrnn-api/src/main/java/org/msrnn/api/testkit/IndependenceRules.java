package org.msrnn.api.testkit;

import static org.msrnn.api.testkit.PolicySubject.require;
import static org.msrnn.api.testkit.PolicySubject.tried;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.testkit.PolicySimulation.Eviction;

/** What a policy's decisions may depend on: the set and the rows of its own sequence, no more. */
record IndependenceRules(PolicySubject subject) {
  private static final int THREADS = 8;
  private static final int SEQUENCES = 32;

  Stream<Rule> all() {
    return Stream.of(
        new Rule("the same seed drops the same states", this::deterministic),
        new Rule("earlier sequences leave no trace", this::earlier),
        new Rule("sequences of a batch do not influence each other", this::batch),
        new Rule("arrays may move between calls", this::moving),
        new Rule("a fork and a restored state go on alike", this::fork),
        new Rule("one instance serves many threads", this::threads));
  }

  private void deterministic() {
    subject.each(
        scenario -> {
          EvictionPolicy policy = subject.create();
          List<Eviction> first = subject.alone(scenario);
          same("another instance", first, scenario.run(policy));
          same("an instance run twice", first, scenario.run(policy));
        });
  }

  private void earlier() {
    EvictionPolicy used = subject.create();
    subject.each(
        scenario ->
            same("other sequences came before", subject.alone(scenario), scenario.run(used)));
  }

  private void batch() {
    List<Scenario> all = subject.scenarios(Integer.MAX_VALUE).toList();
    for (int i = 0; i < all.size(); i++) {
      Scenario one = all.get(i);
      Scenario other = all.get((i + 1) % all.size());
      tried(one, () -> together(one, other));
    }
  }

  private void together(Scenario one, Scenario other) {
    EvictionPolicy shared = subject.create();
    PolicySimulation a = one.simulation(shared);
    PolicySimulation b = other.simulation(shared);
    for (int part = 0; part < one.parts(); part++) {
      one.feed(a, part);
      other.feed(b, part);
    }
    same("fed beside another sequence", subject.alone(one), a.evictions());
    same("fed as the second of two", subject.alone(other), b.evictions());
  }

  private void moving() {
    subject.each(
        scenario -> {
          List<Eviction> still = subject.alone(scenario);
          same(
              "in arrays that move",
              still,
              scenario.finish(scenario.movingSimulation(subject.create()), 0));
        });
  }

  private void fork() {
    subject.each(
        scenario -> {
          List<Eviction> whole = subject.alone(scenario);
          int at = scenario.parts() / 3;
          EvictionPolicy policy = subject.create();
          PolicySimulation original = scenario.simulation(policy);
          for (int part = 0; part < at; part++) {
            scenario.feed(original, part);
          }
          PolicySimulation fork = original.fork();
          PolicySimulation restored = original.fork(subject.create());
          same("the original of a fork", whole, scenario.finish(original, at));
          same("a fork", whole, scenario.finish(fork, at));
          same("a state restored for another instance", whole, scenario.finish(restored, at));
        });
  }

  private void threads() {
    List<Scenario> scenarios = subject.scenarios(SEQUENCES).toList();
    List<List<Eviction>> alone = scenarios.stream().map(subject::alone).toList();
    EvictionPolicy shared = subject.create();
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      List<Future<List<Eviction>>> runs = new ArrayList<>();
      for (Scenario scenario : scenarios) {
        runs.add(pool.submit(() -> scenario.run(shared)));
      }
      for (int i = 0; i < runs.size(); i++) {
        same(
            scenarios.get(i) + " on one of " + THREADS + " threads",
            alone.get(i),
            get(runs.get(i)));
      }
    }
  }

  private static List<Eviction> get(Future<List<Eviction>> run) {
    try {
      return run.get();
    } catch (ExecutionException e) {
      throw new ContractViolation("on one of " + THREADS + " threads: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ContractViolation("the rule was interrupted", e);
    }
  }

  private static void same(String what, List<Eviction> expected, List<Eviction> found) {
    require(
        expected.equals(found),
        what + ", other states leave: " + ScoringRules.difference(expected, found));
  }
}

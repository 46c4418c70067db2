package org.msrnn.api.testkit;

import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.TensorType;

/** Tasks that run side by side. */
final class ParallelRules {
  private final Twins twins;

  ParallelRules(Twins twins) {
    this.twins = twins;
  }

  void addTo(List<Rule> rules, Seeded.Source source) {
    rules.add(new Rule("parallel runs each task once", this::once));
    rules.add(new Rule("kernels run within parallel", () -> kernelsWithin(source.get())));
    rules.add(new Rule("a failure within parallel reaches the caller", this::failure));
  }

  private void once() {
    for (int tasks : new int[] {0, 1, 2, 3, 7, 64, 1000}) {
      AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
      twins.candidate.kernels().parallel(tasks, runs::incrementAndGet);
      for (int t = 0; t < tasks; t++) {
        Twins.that(
            runs.get(t) == 1, "task " + t + " of " + tasks + " ran " + runs.get(t) + " times");
      }
    }
  }

  private void kernelsWithin(Seeded seeded) {
    int tasks = 9;
    Twins.Matrix[] x = new Twins.Matrix[tasks];
    Twins.Matrix[] out = new Twins.Matrix[tasks];
    for (int t = 0; t < tasks; t++) {
      x[t] = twins.inputs(seeded, TensorType.Q8_0, 1 + t, 96, 1);
      out[t] = twins.marked(1 + t, 257);
    }
    try (Twins.Weight w = twins.upload(seeded.tensor(TensorType.Q8_0, 257, 96))) {
      Kernels kernels = twins.candidate.kernels();
      for (int round = 0; round < 3; round++) {
        kernels.parallel(
            tasks,
            t -> kernels.matmul(w.candidate(), x[t].candidate(), 0, 1 + t, out[t].candidate()));
      }
      for (int t = 0; t < tasks; t++) {
        twins
            .reference
            .kernels()
            .matmul(w.reference(), x[t].reference(), 0, 1 + t, out[t].reference());
        String what = seeded.label("matmul of " + (1 + t) + " rows within parallel");
        twins.compare(what, out[t], Twins.sums(96), Math.sqrt(96) / 4);
      }
    }
  }

  private void failure() {
    String planted = "planted by the contract";
    boolean thrown = false;
    try {
      twins
          .candidate
          .kernels()
          .parallel(
              7,
              t -> {
                if (t == 5) {
                  throw new IllegalStateException(planted);
                }
              });
    } catch (IllegalStateException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      thrown = planted.equals(cause.getMessage());
    }
    Twins.that(thrown, "the exception of a task did not reach the caller");
    once();
  }
}

package org.msrnn.api.testkit;

import static org.msrnn.api.testkit.PolicySubject.require;

import java.lang.reflect.Method;
import org.msrnn.api.policy.EvictionPolicy;

/** A step of a policy allocates nothing, so that a stream of any length leaves no garbage. */
record GarbageRule(PolicySubject subject) {
  private static final int BUDGET = 64;
  private static final int HEAD_SIZE = 16;
  private static final int STEPS = 500;

  /** Time for the compiler to find out that an object never leaves a method. */
  private static final int MOST_ROUNDS = 60;

  /** What all steps of a round may allocate together: the measurement itself. */
  private static final long MOST = STEPS / 2;

  void check() {
    EvictionPolicy policy = subject.create();
    boolean observes = policy.observes().lastQueries() > 0;
    int budget = Math.max(BUDGET, subject.budgets().getFirst());
    var layer = new SimulatedLayer(1, 2, 2, HEAD_SIZE, budget, 1);
    AttentionSource attention = AttentionShape.NOISE.stream(1);
    var simulation = new PolicySimulation(policy, layer, attention);
    simulation.generate(budget);
    SimulatedKvSet set = simulation.sets().getFirst().copy();
    set.append(budget);
    SimulatedRow row = SimulatedRow.of(of -> SimulatedRow.rows(attention, of), set);
    double[] scores = new double[set.size()];

    Allocations allocations = Allocations.ofThisThread();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < MOST_ROUNDS && least > MOST; round++) {
      long before = allocations.bytes();
      for (int step = 0; step < STEPS; step++) {
        if (observes) {
          policy.observe(set, row);
        }
        policy.score(set, scores);
      }
      least = Math.min(least, allocations.bytes() - before);
    }
    require(
        least <= MOST,
        STEPS + " steps over " + set.size() + " states allocate " + least + " bytes");
  }

  /**
   * The counter of bytes that a thread has allocated. By reflection, since a policy's module has no
   * business with java.management.
   */
  private record Allocations(Object threads, Method count) {
    static Allocations ofThisThread() {
      try {
        Object threads =
            Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getThreadMXBean")
                .invoke(null);
        Class<?> counting = Class.forName("com.sun.management.ThreadMXBean");
        return new Allocations(threads, counting.getMethod("getCurrentThreadAllocatedBytes"));
      } catch (ReflectiveOperationException e) {
        throw uncounted(e);
      }
    }

    long bytes() {
      try {
        return (long) count.invoke(threads);
      } catch (ReflectiveOperationException | IllegalArgumentException e) {
        throw uncounted(e);
      }
    }

    private static ContractViolation uncounted(Exception e) {
      return new ContractViolation(
          "this JVM does not count what a thread allocates; HotSpot with jdk.management does", e);
    }
  }
}

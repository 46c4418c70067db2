package org.msrnn.api.testkit;

import java.util.List;
import org.msrnn.api.Regime;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.testkit.PolicySimulation.Course;

/**
 * A sequence that a policy is tried on: two prompts with generated tokens after each. Everything
 * follows from the seed; seeds from 0 run through all shapes, chunks and budgets in turn.
 */
record Scenario(
    long seed, AttentionShape shape, SimulatedLayer layer, int chunk, int first, int second) {
  /** Chunks of a prompt. */
  static final List<Integer> CHUNKS = List.of(1, 7, 64);

  /** Tokens generated after each prompt. */
  static final int GENERATED = 6;

  static Scenario of(long seed, List<Integer> budgets) {
    AttentionShape[] shapes = AttentionShape.values();
    long rest = seed;
    AttentionShape shape = shapes[Math.floorMod(rest, shapes.length)];
    rest = Math.floorDiv(rest, (long) shapes.length);
    int chunk = CHUNKS.get(Math.floorMod(rest, CHUNKS.size()));
    rest = Math.floorDiv(rest, (long) CHUNKS.size());
    int budget = budgets.get(Math.floorMod(rest, budgets.size()));
    SimulatedLayer layer =
        new SimulatedLayer(
            draw(seed, 1, 4), 1 + draw(seed, 2, 3), 1 + draw(seed, 3, 3), 5, budget, seed);
    int first = budget + 1 + draw(seed, 4, chunk + 9);
    return new Scenario(seed, shape, layer, chunk, first, 3 + draw(seed, 5, 12));
  }

  private static int draw(long seed, int what, int bound) {
    return Hash.below(Hash.of(seed, 0x5ce0, what, 0), bound);
  }

  /** What the sequence is made of, its attention as it follows from another seed. */
  SequenceTable table(long attentionSeed) {
    return new SequenceTable(layer, shape.stream(attentionSeed), first + second + 2 * GENERATED);
  }

  /** Parts that the sequence is fed in. */
  int parts() {
    return 2 * (1 + GENERATED);
  }

  /** Feeds one part, from 0 to {@link #parts} - 1. */
  void feed(PolicySimulation simulation, int part) {
    if (part % (1 + GENERATED) == 0) {
      simulation.prompt(part == 0 ? first : second, Regime.chunked(chunk));
    } else {
      simulation.generate(1);
    }
  }

  /** Feeds everything from a part on and returns all decisions since the beginning. */
  Course finish(PolicySimulation simulation, int fromPart) {
    for (int part = fromPart; part < parts(); part++) {
      feed(simulation, part);
    }
    return simulation.course();
  }

  /** What a policy decides. */
  Course run(EvictionPolicy policy) {
    return finish(new PolicySimulation(policy, layer, shape.stream(seed)), 0);
  }

  @Override
  public String toString() {
    return "seed "
        + seed
        + " ("
        + shape
        + ", budget "
        + layer.budget()
        + ", prompts of "
        + first
        + " and "
        + second
        + " in chunks of "
        + chunk
        + ", "
        + layer.kvHeads()
        + " KV heads x "
        + layer.group()
        + ")";
  }
}

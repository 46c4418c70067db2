package org.msrnn.api.testkit;

import static org.msrnn.api.testkit.Plants.BATCH;
import static org.msrnn.api.testkit.Plants.EARLIER;
import static org.msrnn.api.testkit.Plants.FORK;
import static org.msrnn.api.testkit.Plants.MOVING;
import static org.msrnn.api.testkit.Plants.SAME;
import static org.msrnn.api.testkit.Plants.THREADS;

import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** Policies that remember what they must not, or depend on what they must not. */
final class MemoryFaults {
  private MemoryFaults() {}

  static void into(Plants plants) {
    remembering(plants);
    plants.plant(
        "sums in an array of its own, by entry",
        () -> new Remembering.OwnSums(false),
        EARLIER,
        BATCH,
        FORK);
    plants.plant(
        "sums in an array of its own, cleared with each new sequence",
        () -> new Remembering.OwnSums(true),
        BATCH,
        FORK);
    AtomicLong counter = new AtomicLong();
    plants.plant(
        "a counter shared by all",
        () ->
            ScoringFaults.scores(
                (set, scores) -> scores[(int) (counter.getAndIncrement() % set.size())] = -1),
        SAME);
    plants.plant(
        "the time of day",
        () ->
            ScoringFaults.scores(
                (set, scores) -> scores[(int) (System.nanoTime() / 100 % set.size())] = -1),
        SAME);
    Random random = new Random();
    plants.plant(
        "random numbers of its own",
        () -> ScoringFaults.scores((set, scores) -> scores[random.nextInt(set.size())] = -1),
        SAME);
    plants.plant("keeps the row", Remembering.KeptRow::new, MOVING);
    plants.plant("keeps its column", Remembering.KeptColumn::new, MOVING);
    plants.plant("keeps the set", Remembering.KeptSet::new, MOVING);
    plants.plant(
        "works for the thread that made it alone",
        () -> {
          Thread maker = Thread.currentThread();
          return ScoringFaults.scores(
              (set, scores) ->
                  scores[set.size() - 1] = Thread.currentThread().equals(maker) ? set.size() : -1);
        },
        THREADS);
  }

  private static void remembering(Plants plants) {
    plants.plant("a running mean in a field", Remembering.OwnMean::new, EARLIER, BATCH, FORK);
    plants.plant("keeps the memory of a set", Remembering.KeptMemory::new, MOVING);
    plants.plant("counts on what it left in the scratch", Remembering.KeptScratch::new, MOVING);
    plants.plant("reads the query vector when it scores", Remembering.KeptQuery::new, MOVING);
    plants.plant("a demand that counts in a field", Remembering.OwnDemand::new, SAME, EARLIER);
  }
}

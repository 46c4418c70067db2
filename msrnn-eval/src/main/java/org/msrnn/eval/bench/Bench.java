package org.msrnn.eval.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.StateFigures;

/** Times a plan. Tokens are random: speed does not depend on them. */
public final class Bench {
  private final Msrnn msrnn;
  private final BenchPlan plan;
  private final Listener listener;
  private final Random random;
  private int done;

  /** Is told what is measured next. */
  @FunctionalInterface
  public interface Listener {
    /** So many of so many measurements are done. */
    void next(int done, int total, String what);
  }

  /** A plan on a model. */
  public Bench(Msrnn msrnn, BenchPlan plan, Listener listener) {
    this.msrnn = msrnn;
    this.plan = plan;
    this.listener = listener;
    this.random = new Random(plan.seed());
  }

  /** Measures everything, in the order of the plan. */
  public List<Measurement> run() {
    List<Measurement> measured = new ArrayList<>();
    for (Setup setup : plan.setups()) {
      try (MultiState filled = msrnn.start(setup.spec())) {
        for (int depth : plan.depths()) {
          tell(setup, "filling to " + depth);
          msrnn.feed(filled, tokens((int) (depth - filled.tokens())), LogitsSink.NONE);
          for (BenchCase test : plan.tests(depth)) {
            tell(setup, test.name() + " @ " + depth);
            measured.add(measure(setup, test, filled));
            done++;
          }
        }
      }
    }
    return measured;
  }

  private void tell(Setup setup, String what) {
    Integer state = setup.state();
    String of = setup.policy() + (state == null ? "" : " " + state);
    listener.next(done, plan.size(), of + ", " + what);
  }

  private int[] tokens(int count) {
    return random.ints(count, 0, msrnn.model().vocabulary()).toArray();
  }

  /** Every run starts from copies of {@code filled}, whose memory is reused. */
  private Measurement measure(Setup setup, BenchCase test, MultiState filled) {
    List<MultiState> states = new ArrayList<>();
    try {
      for (int b = 0; b < test.batch(); b++) {
        states.add(filled.fork());
      }
      Run run = test.kind() == BenchCase.Kind.PP ? new Prompt(test) : new Steps(test);
      double kvBytes = warmUp(run, states, filled);
      StateFigures state = StateFigures.of(states.getFirst());
      List<Double> seconds = new ArrayList<>();
      for (int r = 0; r < plan.repetitions(); r++) {
        restore(states, filled);
        long start = System.nanoTime();
        run.over(states);
        seconds.add((System.nanoTime() - start) / 1e9);
      }
      return new Measurement(setup, test, seconds, kvBytes, state);
    } finally {
      states.forEach(MultiState::close);
    }
  }

  /** Runs until Java has compiled what it runs; the first run counts the bytes. */
  private double warmUp(Run run, List<MultiState> states, MultiState filled) {
    long start = System.nanoTime();
    double kvBytes = run.kvBytes(states);
    while ((System.nanoTime() - start) / 1e9 < plan.warmUpSeconds()) {
      restore(states, filled);
      run.over(states);
    }
    return kvBytes;
  }

  private static void restore(List<MultiState> states, MultiState filled) {
    states.forEach(state -> state.restore(filled));
  }

  private interface Run {
    void over(List<MultiState> states);

    /** The same, and the bytes of {@link Measurement#kvBytes}. */
    double kvBytes(List<MultiState> states);
  }

  private final class Prompt implements Run {
    private final int[] tokens;
    private final LogitsSink sink;

    Prompt(BenchCase test) {
      tokens = tokens(test.tokens());
      sink = LogitsSink.last(tokens.length, new float[msrnn.model().vocabulary()]);
    }

    @Override
    public void over(List<MultiState> states) {
      msrnn.feed(states.getFirst(), tokens, sink);
    }

    @Override
    public double kvBytes(List<MultiState> states) {
      over(states);
      return 0;
    }
  }

  private final class Steps implements Run {
    private final int[][] tokens;
    private final float[][] logits;

    Steps(BenchCase test) {
      tokens = new int[test.tokens()][];
      for (int t = 0; t < tokens.length; t++) {
        tokens[t] = tokens(test.batch());
      }
      logits = new float[test.batch()][msrnn.model().vocabulary()];
    }

    @Override
    public void over(List<MultiState> states) {
      for (int[] step : tokens) {
        msrnn.step(states, step, logits);
      }
    }

    @Override
    public double kvBytes(List<MultiState> states) {
      double bytes = 0;
      for (int[] step : tokens) {
        bytes += states.stream().mapToLong(MultiState::bytes).sum();
        msrnn.step(states, step, logits);
      }
      double one = StateMemory.bytes(msrnn.model(), states.getFirst().spec().storage(), 1);
      return bytes / ((double) tokens.length * states.size()) + 2 * one; // the new one: both ways
    }
  }
}

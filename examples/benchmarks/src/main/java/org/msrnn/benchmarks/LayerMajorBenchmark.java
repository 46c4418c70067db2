package org.msrnn.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** All logits of a known text: layer by layer, and token by token. Time for the whole text. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 6)
@Measurement(iterations = 10)
@Fork(1)
public class LayerMajorBenchmark {
  /** The model file, from the folder that the benchmark is started in. */
  @Param("msrnn-eval/src/main/resources/org/msrnn/eval/model/bookworm-Q8_0.gguf")
  public String model;

  /** The policy. */
  @Param({"full", "window+4", "tova", "h2o:granularity=kv-head"})
  public String policy;

  /** States kept. */
  @Param("256")
  public int states;

  /** Tokens of the text. */
  @Param("2048")
  public int tokens;

  private Backend backend;
  private Model opened;
  private StateSpec spec;
  private int[] text;
  private float[] logits;
  private double checksum;

  /** Opens the model. */
  @Setup
  public void open() {
    Catalog catalog = Catalog.discover(List.of());
    backend = catalog.openBackend("auto");
    opened = Model.open(Path.of(model), backend, Progress.NONE);
    spec = StateSpec.of(catalog.policy(PolicySpec.parse(policy)), states);
    text = new Random(1).ints(tokens, 0, opened.info().vocabulary()).toArray();
    logits = new float[opened.info().vocabulary()];
  }

  /** Layer by layer. */
  @Benchmark
  public double layerMajor() {
    try (MultiState state = opened.msrnn().start(spec)) {
      opened.msrnn().feed(state, text, (index, row) -> checksum += row[0]);
    }
    return checksum;
  }

  /** Token by token. */
  @Benchmark
  public double tokenByToken() {
    try (MultiState state = opened.msrnn().start(spec)) {
      for (int token : text) {
        opened.msrnn().step(state, token, logits);
        checksum += logits[0];
      }
    }
    return checksum;
  }

  /** Gives memory back. */
  @TearDown
  public void close() {
    opened.close();
    backend.close();
  }
}

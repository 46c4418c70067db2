package org.msrnn.benchmarks;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.PositionScheme;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.state.KvMultiState;
import org.msrnn.core.state.SetWalk;
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

/**
 * What a policy costs: one token in one layer of a full multi-state, from append to eviction,
 * without the weights around it. The policy {@code window} sees nothing and scores positions: what
 * another one takes more is its own. Layers take turns, so that keys and values come from where
 * they would in a model.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 1)
@NullUnmarked
public class PolicyCost {
  private static final int ROWS = 1024;

  /** The policy, as users write it; options are separated by ; here, since JMH takes the commas. */
  @Param({"window", "tova", "h2o", "random"})
  public String policy;

  /** Single states a layer. */
  @Param("512")
  public int states;

  /** Threads of the CPU backend. */
  @Param("1")
  public int threads;

  /** The model. */
  @Param("LLAMA_1B")
  public BoundedAttention.Shape shape;

  private Backend backend;
  private KvMultiState state;
  private SetWalk.Rows rows;
  private int layer;
  private int row;

  /** Fills the state. */
  @Setup
  public void open() {
    Data data = new Data();
    backend = Data.open("cpu", threads);
    ModelInfo model = shape.model();
    int queryWidth = model.queryHeads() * model.headSize();
    int kvWidth = model.kvHeads() * model.headSize();
    rows =
        new SetWalk.Rows(
            new int[ROWS],
            data.buffer(backend, ROWS, queryWidth),
            data.buffer(backend, ROWS, kvWidth),
            data.buffer(backend, ROWS, kvWidth),
            backend.allocate(ROWS, queryWidth));
    var attention =
        new SetWalk.Attention(
            model.queryHeads() / model.kvHeads(),
            model.headSize(),
            (float) (1 / Math.sqrt(model.headSize())),
            0,
            Long.MAX_VALUE,
            Rope.of(model.headSize(), 10_000));
    List<SetWalk.Attention> layers = new ArrayList<>();
    for (int l = 0; l < model.layers(); l++) {
      layers.add(attention);
    }
    PolicySpec spec = PolicySpec.parse(policy.replace(';', ','));
    // Rotation at read is the position scheme's cost, which BoundedAttention measures.
    StateSpec wanted =
        StateSpec.of(Catalog.discover(List.of()).policy(spec), states)
            .with(PositionScheme.ORIGINAL);
    state = new KvMultiState(new NoWeights(model), layers, backend, wanted);
    for (int t = 0; t < (states + 1) * model.layers(); t++) {
      step();
    }
  }

  /** One token in one layer. */
  @Benchmark
  public void step() {
    for (int walk = 0; walk < state.walks(layer); walk++) {
      state.advance(layer, walk, rows, row, 1, null, state.walks(layer) == 1);
    }
    if (++layer == shape.model().layers()) {
      layer = 0;
      row = (row + 1) % ROWS;
      state.fed(1);
    }
  }

  /** Gives everything back. */
  @TearDown
  public void close() {
    state.close();
    backend.close();
  }

  /** A model of which only the sizes are asked for. */
  private record NoWeights(ModelInfo model) implements Msrnn {
    @Override
    public String digest() {
      throw new UnsupportedOperationException();
    }

    @Override
    public MultiState start(StateSpec spec) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void step(MultiState state, int token, float[] logits) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void step(List<? extends MultiState> states, int[] tokens, float[][] logits) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void feed(MultiState state, int[] tokens, LogitsSink sink) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MultiState load(InputStream in, StateSpec spec) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}

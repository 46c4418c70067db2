package org.msrnn.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.Signals;
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
 * One layer's attention of one token over a full state of k single states, with and without what
 * TOVA observes. Layers take turns, so that keys and values come from where they would in a model.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@NullUnmarked
public class BoundedAttention {
  /** Shapes of models. */
  public enum Shape {
    /** Llama 3.2 1B. */
    LLAMA_1B(16, 8, 4, 64),
    /** A multi-head model of 110 million weights. */
    MHA_110M(12, 12, 1, 64),
    /** The bundled model. */
    BUNDLED(6, 3, 2, 32);

    private final int layers;
    private final int kvHeads;
    private final int group;
    private final int headSize;

    Shape(int layers, int kvHeads, int group, int headSize) {
      this.layers = layers;
      this.kvHeads = kvHeads;
      this.group = group;
      this.headSize = headSize;
    }

    /** The sizes that attention depends on; the others are 1. */
    ModelInfo model() {
      int queryHeads = kvHeads * group;
      return new ModelInfo(
          name(), "llama", layers, 1, queryHeads, kvHeads, headSize, 1, 1, 1, List.of());
    }
  }

  /** What else is asked of the call. */
  public enum Extra {
    /** Nothing. */
    NONE,
    /** The mean row of all heads, as TOVA wants it. */
    HEAD_MEAN,
    /** Keys rotated at read: positions in the cache. */
    ROTATED
  }

  /** The backend, and options of it. */
  @Param("cpu")
  public String backend;

  /** Its threads. */
  @Param({"1", "2"})
  public int threads;

  /** The model. */
  @Param public Shape shape;

  /** Single states a layer. */
  @Param({"512", "4096"})
  public int states;

  /** Number format of keys and values. */
  @Param public KvType type;

  /** What else. */
  @Param public Extra extra;

  private Backend opened;
  private AttentionCall[] layers;
  private int turn;

  /** Fills the states. */
  @Setup
  public void open() {
    Data data = new Data();
    opened = Data.open(backend, threads);
    layers = new AttentionCall[shape.layers];
    for (int l = 0; l < layers.length; l++) {
      layers[l] = layer(data);
    }
  }

  private AttentionCall layer(Data data) {
    KvBuffer kv = opened.allocateKv(shape.kvHeads, shape.headSize, states, type);
    long[] positions = new long[states];
    double[] ranks = new double[states];
    for (int s = 0; s < states; s++) {
      positions[s] = s;
      ranks[s] = s;
      for (int h = 0; h < shape.kvHeads; h++) {
        float[] key = data.numbers(shape.headSize);
        opened.kernels().writeState(key, data.numbers(shape.headSize), kv, h, s);
      }
    }
    int width = shape.kvHeads * shape.group * shape.headSize;
    Buffer queries = data.buffer(opened, 1, width);
    boolean rotated = extra == Extra.ROTATED;
    AttentionCall call =
        new AttentionCall(
            queries,
            opened.allocate(1, width),
            kv,
            new FullSlots(states, positions, rotated ? ranks : null),
            0,
            shape.group,
            (float) (1 / Math.sqrt(shape.headSize)),
            0,
            rotated ? Rope.of(shape.headSize, 10_000) : null);
    call.rows = 1;
    call.firstPosition = states - 1;
    if (extra == Extra.HEAD_MEAN) {
      call.tapRows = Signals.Rows.SET;
      call.tap = opened.allocate(1, states);
    }
    return call;
  }

  /** One layer. */
  @Benchmark
  public void attend() {
    opened.kernels().attend(layers[turn]);
    turn = turn + 1 == layers.length ? 0 : turn + 1;
  }

  /** Gives everything back. */
  @TearDown
  public void close() {
    opened.close();
  }
}

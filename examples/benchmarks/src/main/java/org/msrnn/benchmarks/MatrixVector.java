package org.msrnn.benchmarks;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.TensorType;
import org.msrnn.api.backend.Weights;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * A weight matrix times one vector: what decoding does all day. {@code CACHE} is a matrix that
 * stays in the second cache and shows what the kernel can do; {@code MEMORY} takes turns between
 * matrices that together are larger than any cache. Bytes are those that the backend says a product
 * reads.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@NullUnmarked
public class MatrixVector {
  /** Where the weights are when they are read. */
  public enum From {
    /** The second cache. */
    CACHE(1),
    /** Main memory. */
    MEMORY(640L << 20);

    private final long leastBytes;

    From(long leastBytes) {
      this.leastBytes = leastBytes;
    }
  }

  /** The backend, and options of it. */
  @Param("cpu")
  public String backend;

  /** Its threads. */
  @Param({"1", "2"})
  public int threads;

  /** The weights' format. */
  @Param public TensorType type;

  /** Where they lie. */
  @Param public From from;

  private Backend opened;
  private Weights[] weights;
  private Buffer x;
  private Buffer y;
  private int turn;

  /** Weights and bytes, a second. */
  @AuxCounters
  @State(Scope.Thread)
  public static class Rates {
    /** Thousand million weights a second. */
    public double gigaWeights;

    /** Thousand million bytes a second. */
    public double gigaBytes;

    /** Starts at nothing. */
    @Setup(Level.Iteration)
    public void reset() {
      gigaWeights = 0;
      gigaBytes = 0;
    }
  }

  /** Uploads. */
  @Setup
  public void open() {
    Data data = new Data();
    opened = Data.open(backend, threads);
    int rows = from == From.CACHE ? 128 : 4096;
    int columns = from == From.CACHE ? 2048 : 4096;
    Weights first = opened.upload(data.tensor(type, rows, columns));
    weights = new Weights[Math.toIntExact(1 + from.leastBytes / first.bytes())];
    weights[0] = first;
    for (int i = 1; i < weights.length; i++) {
      weights[i] = opened.upload(data.tensor(type, rows, columns));
    }
    x = data.buffer(opened, 1, columns);
    y = opened.allocate(1, rows);
  }

  /** One product. */
  @Benchmark
  public void multiply(Rates rates) {
    Weights w = weights[turn];
    turn = turn + 1 == weights.length ? 0 : turn + 1;
    opened.kernels().matmul(w, x, 0, 1, y);
    rates.gigaWeights += 1e-9 * w.rows() * w.columns();
    rates.gigaBytes += 1e-9 * w.bytes();
  }

  /** Gives everything back. */
  @TearDown
  public void close() {
    opened.close();
  }
}

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

/** A weight matrix times the rows of many tokens: what prompts and perplexity are made of. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@NullUnmarked
public class MatrixMatrix {
  private static final int WIDTH = 2048;

  /** The backend, and options of it. */
  @Param("cpu")
  public String backend;

  /** Its threads. */
  @Param({"1", "2"})
  public int threads;

  /** The weights' format. */
  @Param public TensorType type;

  /** Rows of the input. */
  @Param({"4", "64", "512"})
  public int tokens;

  private Backend opened;
  private Weights weights;
  private Buffer x;
  private Buffer y;

  /** Work, a second. */
  @AuxCounters
  @State(Scope.Thread)
  public static class Rates {
    /** Thousand million additions and multiplications a second. */
    public double gigaFlops;

    /** Starts at nothing. */
    @Setup(Level.Iteration)
    public void reset() {
      gigaFlops = 0;
    }
  }

  /** Uploads. */
  @Setup
  public void open() {
    Data data = new Data();
    opened = Data.open(backend, threads);
    weights = opened.upload(data.tensor(type, WIDTH, WIDTH));
    x = data.buffer(opened, tokens, WIDTH);
    y = opened.allocate(tokens, WIDTH);
  }

  /** One product. */
  @Benchmark
  public void multiply(Rates rates) {
    opened.kernels().matmul(weights, x, 0, tokens, y);
    rates.gigaFlops += 2e-9 * WIDTH * WIDTH * tokens;
  }

  /** Gives everything back. */
  @TearDown
  public void close() {
    opened.close();
  }
}

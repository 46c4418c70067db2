package org.msrnn.backend.cpu;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.Heads;
import org.msrnn.api.backend.Rope;

/** Kernels in which every row stands for itself, cut by rows. Reused from call to call. */
final class RowsTask implements WorkerPool.Task {
  /** Numbers that are worth a chunk of their own. */
  private static final long CHUNK_NUMBERS = 1 << 15;

  private static final int CHUNKS_A_THREAD = 4;

  private enum Kernel {
    EMBED,
    NORM,
    ADD,
    SCALE,
    SOFT_CAP,
    GATE,
    ROPE
  }

  private final Scratch[] scratches;
  private Kernel kernel = Kernel.ADD;
  private CpuBuffer x;
  private CpuBuffer y;
  private CpuBuffer out;
  private int rows;
  private int rowsAChunk;
  private float number;
  private Activation activation = Activation.SILU;
  private int first;
  private int[] tokens = {};
  private @Nullable CpuWeights table;
  private @Nullable Heads heads;
  private @Nullable Rope rope;
  private double[] positions = {};

  RowsTask(Scratch[] scratches, CpuBuffer none) {
    this.scratches = scratches;
    x = none;
    y = none;
    out = none;
  }

  void embed(WorkerPool pool, CpuWeights from, int[] ids, int at, int count, CpuBuffer to) {
    table = from;
    tokens = ids;
    first = at;
    out = to;
    start(pool, Kernel.EMBED, count, to.columns());
  }

  void norm(
      WorkerPool pool, CpuBuffer from, CpuBuffer weight, float epsilon, int count, CpuBuffer to) {
    x = from;
    y = weight;
    number = epsilon;
    out = to;
    start(pool, Kernel.NORM, count, from.columns());
  }

  void add(WorkerPool pool, CpuBuffer to, CpuBuffer other, int count) {
    x = to;
    y = other;
    start(pool, Kernel.ADD, count, to.columns());
  }

  void scale(WorkerPool pool, CpuBuffer to, float factor, int count) {
    x = to;
    number = factor;
    start(pool, Kernel.SCALE, count, to.columns());
  }

  void softCap(WorkerPool pool, CpuBuffer to, float cap, int count) {
    x = to;
    number = cap;
    start(pool, Kernel.SOFT_CAP, count, to.columns());
  }

  void gate(WorkerPool pool, Activation function, CpuBuffer gates, CpuBuffer ups, int count) {
    activation = function;
    x = gates;
    y = ups;
    start(pool, Kernel.GATE, count, gates.columns());
  }

  void rope(WorkerPool pool, CpuBuffer to, int row, int count, Heads which, Rope by, double[] at) {
    x = to;
    first = row;
    heads = which;
    rope = by;
    positions = at;
    start(pool, Kernel.ROPE, count, which.count() * which.size());
  }

  private void start(WorkerPool pool, Kernel what, int count, int columns) {
    kernel = what;
    rows = count;
    long chunks = (long) count * columns / CHUNK_NUMBERS;
    chunks = Math.clamp(chunks, 1, (long) CHUNKS_A_THREAD * pool.threads());
    rowsAChunk = (int) Math.max(1, (count + chunks - 1) / chunks);
    pool.run(this, (count + rowsAChunk - 1) / rowsAChunk);
  }

  @Override
  public void run(int chunk, int lane) {
    int to = Math.min(rows, (chunk + 1) * rowsAChunk);
    for (int t = chunk * rowsAChunk; t < to; t++) {
      int at = kernel == Kernel.EMBED ? 0 : x.at(kernel == Kernel.ROPE ? first + t : t);
      switch (kernel) {
        case EMBED -> Objects.requireNonNull(table).row(tokens[first + t], out.data, out.at(t));
        case NORM ->
            RowKernels.norm(
                x.data, at, x.columns(), y.data, y.columns(), number, out.data, out.at(t));
        case ADD -> RowKernels.add(x.data, at, y.data, y.rows() == 1 ? 0 : y.at(t), x.columns());
        case SCALE -> RowKernels.scale(x.data, at, x.columns(), number);
        case SOFT_CAP -> VectorMath.softCap(x.data, at, x.columns(), number);
        case GATE -> VectorMath.gate(activation, x.data, y.data, at, y.at(t), x.columns());
        case ROPE -> rotate(at, positions[t], scratches[lane]);
      }
    }
  }

  private void rotate(int at, double position, Scratch scratch) {
    RotationTable angles = scratch.rotation(Objects.requireNonNull(rope));
    Heads which = Objects.requireNonNull(heads);
    int entry = angles.at(position);
    for (int h = which.first(); h < which.first() + which.count(); h++) {
      RowKernels.rotate(x.data, at + h * which.size(), angles, entry);
    }
  }
}

package org.msrnn.backend.cpu;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.Activation;

/**
 * One to three products of the same rows of x, cut by rows of the weights: the groups of all
 * matrices count as one sequence, of which a chunk takes some. As a gated pair, a chunk takes the
 * same groups of both matrices and applies the gate to what it has just computed.
 *
 * <p>Reused from call to call; cheap to fill.
 */
final class MatmulTask implements WorkerPool.Task {
  private static final int MOST_PARTS = 3;

  /** Multiplications that are worth a chunk of their own: some microseconds, as waking a thread. */
  private static final long CHUNK_WORK = 1 << 17;

  private static final int CHUNKS_A_THREAD = 6;

  private final Scratch[] scratches;
  private final @Nullable CpuWeights[] weights = new CpuWeights[MOST_PARTS];
  private final @Nullable CpuBuffer[] outs = new CpuBuffer[MOST_PARTS];
  private int parts;
  private @Nullable Activation gate;
  private final Inputs inputs = new Inputs();
  private CpuBuffer x;
  private int firstRow;
  private int rows;
  private int groupsAChunk;

  MatmulTask(Scratch[] scratches, CpuBuffer none) {
    this.scratches = scratches;
    this.x = none;
  }

  /** Starts with the input. */
  MatmulTask of(CpuBuffer input, int first, int count) {
    x = input;
    firstRow = first;
    rows = count;
    parts = 0;
    gate = null;
    return this;
  }

  /** Adds a product. */
  MatmulTask with(CpuWeights w, CpuBuffer out) {
    boolean alike = parts == 0 || w.columns() == part(0).columns();
    if (w.columns() > x.columns() || w.rows() > out.columns() || !alike) {
      throw new IllegalArgumentException(
          "weights of "
              + w.rows()
              + " x "
              + w.columns()
              + " do not go from "
              + x.columns()
              + " to "
              + out.columns()
              + " columns");
    }
    weights[parts] = w;
    outs[parts] = out;
    parts++;
    return this;
  }

  /** Makes the two products a gated pair. */
  MatmulTask gatedBy(Activation activation) {
    gate = activation;
    return this;
  }

  /** Computes everything. */
  void run(WorkerPool pool) {
    int groups = 0;
    long work = 0;
    int forms = 0;
    int together = 1;
    for (int p = 0; p < parts; p++) {
      CpuWeights w = part(p);
      forms |= w.packing.inputs();
      together = Math.max(together, w.packing.together());
      groups = gate == null ? groups + w.groups() : w.groups();
      work += (long) w.groups() * Packing.ROWS * w.columns() * rows;
    }
    inputs.of(x, firstRow, rows, part(0).columns());
    inputs.prepare(forms, pool);
    long chunks = Math.min(work / CHUNK_WORK, (long) CHUNKS_A_THREAD * pool.threads());
    chunks = Math.clamp(chunks, 1, groups);
    groupsAChunk = (int) ((groups + chunks - 1) / chunks);
    groupsAChunk = (groupsAChunk + together - 1) / together * together;
    pool.run(this, (groups + groupsAChunk - 1) / groupsAChunk);
  }

  private CpuWeights part(int p) {
    CpuWeights w = weights[p];
    if (w == null) {
      throw new IllegalStateException("a task with " + p + " parts");
    }
    return w;
  }

  private CpuBuffer out(int p) {
    CpuBuffer out = outs[p];
    if (out == null) {
      throw new IllegalStateException("a task with " + p + " parts");
    }
    return out;
  }

  @Override
  public void run(int chunk, int lane) {
    int from = chunk * groupsAChunk;
    int to = from + groupsAChunk;
    if (gate != null) {
      gated(gate, from, Math.min(to, part(0).groups()), scratches[lane]);
      return;
    }
    int start = 0;
    for (int p = 0; p < parts; p++) {
      int end = start + part(p).groups();
      if (from < end && to > start) {
        multiply(p, Math.max(from - start, 0), Math.min(to, end) - start, scratches[lane]);
      }
      start = end;
    }
  }

  private void gated(Activation activation, int from, int to, Scratch scratch) {
    multiply(0, from, to, scratch);
    multiply(1, from, to, scratch);
    CpuBuffer gates = out(0);
    CpuBuffer ups = out(1);
    int first = from * Packing.ROWS;
    int count = part(0).rowsOf(from, to);
    for (int t = 0; t < rows; t++) {
      VectorMath.gate(
          activation, gates.data, ups.data, gates.at(t) + first, ups.at(t) + first, count);
    }
  }

  private void multiply(int p, int from, int to, Scratch scratch) {
    CpuWeights w = part(p);
    CpuBuffer out = out(p);
    if (inputs.tiled()) {
      Gemm.multiply(w, from, to, inputs, out, scratch);
      return;
    }
    for (int t = 0; t < rows; t++) {
      int y = out.at(t) + from * Packing.ROWS;
      w.packing.product(w, from, to, inputs, t, out.data, y, scratch);
    }
  }
}

package org.msrnn.backend.cpu;

import java.util.function.IntConsumer;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Heads;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.Weights;

/** Sends each kernel to its loops. All have run when the call returns. */
final class CpuKernels implements Kernels {
  private final WorkerPool pool;
  private final Scratch[] scratches;

  CpuKernels(WorkerPool pool) {
    this.pool = pool;
    this.scratches = new Scratch[pool.threads()];
    for (int i = 0; i < scratches.length; i++) {
      scratches[i] = new Scratch(scratches);
    }
  }

  private Scratch mine() {
    return scratches[pool.lane()];
  }

  private static CpuBuffer of(Buffer buffer) {
    return (CpuBuffer) buffer;
  }

  private static CpuWeights of(Weights weights) {
    return (CpuWeights) weights;
  }

  @Override
  public void embed(Weights table, int[] tokens, int first, int rows, Buffer out) {
    mine().rows.embed(pool, of(table), tokens, first, rows, of(out));
  }

  @Override
  public void rmsNorm(Buffer x, Buffer weight, float epsilon, int rows, Buffer out) {
    mine().rows.norm(pool, of(x), of(weight), epsilon, rows, of(out));
  }

  @Override
  public void matmul(Weights w, Buffer x, int firstRow, int rows, Buffer out) {
    mine().matmul.of(of(x), firstRow, rows).with(of(w), of(out)).run(pool);
  }

  @Override
  public void qkv(
      Weights wq, Weights wk, Weights wv, Buffer x, int rows, Buffer q, Buffer k, Buffer v) {
    MatmulTask task = mine().matmul.of(of(x), 0, rows);
    task.with(of(wq), of(q)).with(of(wk), of(k)).with(of(wv), of(v)).run(pool);
  }

  @Override
  public void gated(
      Activation activation,
      Weights gateWeights,
      Weights upWeights,
      Buffer x,
      int rows,
      Buffer gate,
      Buffer up) {
    MatmulTask task = mine().matmul.of(of(x), 0, rows);
    task.with(of(gateWeights), of(gate)).with(of(upWeights), of(up)).gatedBy(activation).run(pool);
  }

  @Override
  public void add(Buffer x, Buffer y, int rows) {
    mine().rows.add(pool, of(x), of(y), rows);
  }

  @Override
  public void scale(Buffer x, float factor, int rows) {
    mine().rows.scale(pool, of(x), factor, rows);
  }

  @Override
  public void softCap(Buffer x, float cap, int rows) {
    mine().rows.softCap(pool, of(x), cap, rows);
  }

  @Override
  public void gate(Activation activation, Buffer gate, Buffer up, int rows) {
    mine().rows.gate(pool, activation, of(gate), of(up), rows);
  }

  @Override
  public void rope(Buffer x, int row, int rows, Heads heads, Rope rope, double[] positions) {
    mine().rows.rope(pool, of(x), row, rows, heads, rope, positions);
  }

  @Override
  public void append(
      Buffer k, Buffer v, int row, int rows, int firstKvHead, KvBuffer kv, int[] slots) {
    CpuKv store = (CpuKv) kv;
    for (int i = 0; i < rows; i++) {
      int key = of(k).at(row + i);
      int value = of(v).at(row + i);
      for (int h = 0; h < kv.heads(); h++) {
        int column = (firstKvHead + h) * kv.headSize();
        store.set(h, slots[i], of(k).data, key + column, of(v).data, value + column);
      }
    }
  }

  @Override
  public void attend(AttentionCall call) {
    Scratch scratch = mine();
    scratch.attention.run(call, scratch, pool);
  }

  @Override
  public void read(Buffer from, int row, int rows, int count, float[] into) {
    for (int i = 0; i < rows; i++) {
      System.arraycopy(of(from).data, of(from).at(row + i), into, i * count, count);
    }
  }

  @Override
  public void write(float[] from, Buffer into, int row) {
    System.arraycopy(from, 0, of(into).data, of(into).at(row), into.columns());
  }

  @Override
  public void readState(KvBuffer kv, int head, int slot, float[] key, float[] value) {
    ((CpuKv) kv).get(head, slot, key, value);
  }

  @Override
  public void writeState(float[] key, float[] value, KvBuffer kv, int head, int slot) {
    ((CpuKv) kv).set(head, slot, key, 0, value, 0);
  }

  @Override
  public void parallel(int tasks, IntConsumer task) {
    mine().each.run(pool, tasks, task);
  }
}

package org.msrnn.backend.opencl;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Heads;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.Weights;

/** Sends each kernel to its family. All run in the order of the calls; only reads wait. */
final class OpenClKernels implements Kernels {
  private final Device device;
  final RowKernels rows;
  final MatrixKernels matrices;
  final StateKernels states;
  final AttentionKernels attention;
  final SlotKernels slots;
  private final int[] oneSlot = new int[1];

  OpenClKernels(Device device) {
    this.device = device;
    this.rows = new RowKernels(device);
    this.matrices = new MatrixKernels(device);
    this.states = new StateKernels(device);
    this.attention = new AttentionKernels(device, rows);
    this.slots = new SlotKernels(device, states);
  }

  static OpenClBuffer of(Buffer buffer) {
    return (OpenClBuffer) buffer;
  }

  @Override
  public void embed(Weights table, int[] tokens, int first, int count, Buffer out) {
    matrices.embed((OpenClWeights) table, tokens, first, count, of(out));
  }

  @Override
  public void rmsNorm(Buffer x, Buffer weight, float epsilon, int count, Buffer out) {
    rows.norm(of(x), of(weight), epsilon, count, of(out));
  }

  @Override
  public void matmul(Weights w, Buffer x, int firstRow, int count, Buffer out) {
    matrices.matmul((OpenClWeights) w, of(x), firstRow, count, of(out));
  }

  @Override
  public void qkv(
      Weights wq, Weights wk, Weights wv, Buffer x, int count, Buffer q, Buffer k, Buffer v) {
    matrices.qkv(
        (OpenClWeights) wq,
        (OpenClWeights) wk,
        (OpenClWeights) wv,
        of(x),
        count,
        of(q),
        of(k),
        of(v));
  }

  @Override
  public void gated(
      Activation activation,
      Weights gateWeights,
      Weights upWeights,
      Buffer x,
      int count,
      Buffer gate,
      Buffer up) {
    OpenClWeights gates = (OpenClWeights) gateWeights;
    OpenClWeights ups = (OpenClWeights) upWeights;
    if (!matrices.gated(activation, gates, ups, of(x), count, of(gate))) {
      matrices.matmul(gates, of(x), 0, count, of(gate));
      matrices.matmul(ups, of(x), 0, count, of(up));
      rows.gate(activation, of(gate), of(up), count);
    }
  }

  @Override
  public void add(Buffer x, Buffer y, int count) {
    rows.add(of(x), of(y), count);
  }

  @Override
  public void scale(Buffer x, float factor, int count) {
    rows.scale(of(x), factor, count);
  }

  @Override
  public void softCap(Buffer x, float cap, int count) {
    rows.softCap(of(x), cap, count);
  }

  @Override
  public void gate(Activation activation, Buffer gate, Buffer up, int count) {
    rows.gate(activation, of(gate), of(up), count);
  }

  @Override
  public void rope(Buffer x, int row, int count, Heads heads, Rope rope, double[] positions) {
    rows.rope(of(x), row, count, heads, rope, positions);
  }

  @Override
  public void append(
      Buffer k, Buffer v, int row, int count, int firstKvHead, KvBuffer kv, int[] slotOfRow) {
    states.append(of(k), of(v), row, count, firstKvHead, (OpenClKv) kv, slotOfRow);
  }

  @Override
  public void attend(AttentionCall call) {
    attention.attend(call);
  }

  @Override
  public void read(Buffer from, int row, int count, int numbers, float[] into) {
    long stride = (long) from.columns() * Float.BYTES;
    MemorySegment read =
        device.read(of(from).memory(), row * stride, count, (long) numbers * Float.BYTES, stride);
    MemorySegment.copy(read, ValueLayout.JAVA_FLOAT, 0, into, 0, count * numbers);
  }

  @Override
  public void write(float[] from, Buffer into, int row) {
    long at = (long) row * into.columns() * Float.BYTES;
    device.write(from, 0, into.columns(), of(into).memory(), at);
  }

  @Override
  public void readState(KvBuffer kv, int head, int slot, float[] key, float[] value) {
    oneSlot[0] = slot;
    states.read((OpenClKv) kv, head, oneSlot, 1, key, value);
  }

  @Override
  public void readStates(
      KvBuffer kv, int head, int[] slotOfState, int count, float[] keys, float[] values) {
    states.read((OpenClKv) kv, head, slotOfState, count, keys, values);
  }

  @Override
  public boolean readsWait() {
    return true;
  }

  @Override
  public void writeState(float[] key, float[] value, KvBuffer kv, int head, int slot) {
    states.write(key, value, (OpenClKv) kv, head, slot);
  }

  @Override
  public void copyStates(KvBuffer from, int[] fromSlots, int count, KvBuffer to, int[] toSlots) {
    states.copy((OpenClKv) from, fromSlots, count, (OpenClKv) to, toSlots);
  }
}

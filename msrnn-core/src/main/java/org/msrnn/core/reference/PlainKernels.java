package org.msrnn.core.reference;

import java.util.Arrays;
import java.util.Objects;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Heads;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.Weights;
import org.msrnn.api.policy.Signals;
import org.msrnn.core.reference.PlainBackend.Matrix;

/** The kernels as their definitions read. */
final class PlainKernels implements Kernels {

  @Override
  public void embed(Weights table, int[] tokens, int first, int rows, Buffer out) {
    float[][] rowsOfTable = ((Matrix) table).data;
    for (int t = 0; t < rows; t++) {
      System.arraycopy(rowsOfTable[tokens[first + t]], 0, rows(out)[t], 0, table.columns());
    }
  }

  @Override
  public void rmsNorm(Buffer x, Buffer weight, float epsilon, int rows, Buffer out) {
    float[] w = rows(weight)[0];
    for (int t = 0; t < rows; t++) {
      float[] in = rows(x)[t];
      float[] to = rows(out)[t];
      for (int g = 0; g < in.length; g += w.length) {
        double squares = 0;
        for (int i = 0; i < w.length; i++) {
          squares += (double) in[g + i] * in[g + i];
        }
        double factor = 1 / Math.sqrt(squares / w.length + epsilon);
        for (int i = 0; i < w.length; i++) {
          to[g + i] = (float) (in[g + i] * factor * w[i]);
        }
      }
    }
  }

  @Override
  public void matmul(Weights w, Buffer x, int firstRow, int rows, Buffer out) {
    float[][] weights = ((Matrix) w).data;
    for (int t = 0; t < rows; t++) {
      float[] in = rows(x)[firstRow + t];
      float[] to = rows(out)[t];
      for (int r = 0; r < weights.length; r++) {
        to[r] = (float) dot(weights[r], in, 0, weights[r].length);
      }
    }
  }

  private static float[][] rows(Buffer buffer) {
    return ((Matrix) buffer).data;
  }

  private static double dot(float[] a, float[] b, int bFrom, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += (double) a[i] * b[bFrom + i];
    }
    return sum;
  }

  @Override
  public void add(Buffer x, Buffer y, int rows) {
    for (int t = 0; t < rows; t++) {
      float[] to = rows(x)[t];
      float[] from = rows(y)[y.rows() == 1 ? 0 : t];
      for (int i = 0; i < to.length; i++) {
        to[i] += from[i];
      }
    }
  }

  @Override
  public void scale(Buffer x, float factor, int rows) {
    for (int t = 0; t < rows; t++) {
      float[] row = rows(x)[t];
      for (int i = 0; i < row.length; i++) {
        row[i] *= factor;
      }
    }
  }

  @Override
  public void softCap(Buffer x, float cap, int rows) {
    for (int t = 0; t < rows; t++) {
      float[] row = rows(x)[t];
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) (cap * Math.tanh(row[i] / (double) cap));
      }
    }
  }

  @Override
  public void gate(Activation activation, Buffer gate, Buffer up, int rows) {
    for (int t = 0; t < rows; t++) {
      float[] g = rows(gate)[t];
      float[] u = rows(up)[t];
      for (int i = 0; i < g.length; i++) {
        g[i] = activation.apply(g[i]) * u[i];
      }
    }
  }

  @Override
  public void rope(Buffer x, int row, int rows, Heads heads, Rope rope, double[] positions) {
    for (int t = 0; t < rows; t++) {
      for (int h = heads.first(); h < heads.first() + heads.count(); h++) {
        rotate(rows(x)[row + t], h * heads.size(), rope, positions[t]);
      }
    }
  }

  private static void rotate(float[] x, int from, Rope rope, double position) {
    int half = rope.pairs();
    for (int i = 0; i < half; i++) {
      double angle = position * rope.frequency(i);
      double cos = Math.cos(angle) * rope.magnitude();
      double sin = Math.sin(angle) * rope.magnitude();
      double a = x[from + i];
      double b = x[from + half + i];
      x[from + i] = (float) (a * cos - b * sin);
      x[from + half + i] = (float) (a * sin + b * cos);
    }
  }

  @Override
  public void append(
      Buffer k, Buffer v, int row, int rows, int firstKvHead, KvBuffer kv, int[] slots) {
    PlainKv store = (PlainKv) kv;
    int size = kv.headSize();
    for (int i = 0; i < rows; i++) {
      for (int h = 0; h < kv.heads(); h++) {
        int from = (firstKvHead + h) * size;
        store.set(h, slots[i], rows(k)[row + i], from, rows(v)[row + i], from);
      }
    }
  }

  @Override
  public void attend(AttentionCall call) {
    PlainKv kv = (PlainKv) call.kv;
    for (int t = 0; t < call.rows; t++) {
      Buffer tap = call.tap;
      if (tap != null) {
        clear(tap, call);
      }
      for (int h = 0; h < kv.heads(); h++) {
        float[][] keys = keys(call, kv, h);
        for (int g = 0; g < call.group; g++) {
          attend(call, t, h, g, keys);
        }
      }
    }
  }

  private static void clear(Buffer tap, AttentionCall call) {
    for (int r = 0; r < call.tapCount(); r++) {
      Arrays.fill(rows(tap)[call.tapRow + r], 0, call.slots.extent(), 0);
    }
  }

  /** Keys of a head by slot, rotated where they are to be rotated at read; null where free. */
  private static float[][] keys(AttentionCall call, PlainKv kv, int head) {
    float[][] keys = new float[call.slots.extent()][];
    double[] rotations = call.slots.rotations();
    for (int s = 0; s < keys.length; s++) {
      if (call.slots.positions()[s] >= 0) {
        keys[s] = kv.key(head, s);
        if (rotations != null) {
          keys[s] = keys[s].clone();
          rotate(keys[s], 0, Objects.requireNonNull(call.rope), rotations[s]);
        }
      }
    }
    return keys;
  }

  private static void attend(AttentionCall call, int t, int head, int member, float[][] keys) {
    PlainKv kv = (PlainKv) call.kv;
    int size = kv.headSize();
    int from = ((call.firstKvHead + head) * call.group + member) * size;
    float[] query = rows(call.queries)[call.row + t];
    double[] logits = new double[keys.length];
    double largest = Double.NEGATIVE_INFINITY;
    long position = call.firstPosition + t;
    for (int s = 0; s < keys.length; s++) {
      if (!call.visible(call.slots.positions()[s], position)) {
        logits[s] = Double.NEGATIVE_INFINITY;
        continue;
      }
      logits[s] = dot(keys[s], query, from, size) * call.scale;
      if (call.softCap > 0) {
        logits[s] = call.softCap * Math.tanh(logits[s] / call.softCap);
      }
      largest = Math.max(largest, logits[s]);
    }
    double[] weights = softmax(logits, largest);
    double[] sum = new double[size];
    for (int s = 0; s < keys.length; s++) {
      if (weights[s] != 0) {
        float[] value = kv.value(head, s);
        for (int i = 0; i < size; i++) {
          sum[i] += weights[s] * value[i];
        }
      }
    }
    for (int i = 0; i < size; i++) {
      rows(call.outputs)[call.row + t][from + i] = (float) sum[i];
    }
    tap(call, head, member, logits, weights);
  }

  private static double[] softmax(double[] logits, double largest) {
    double[] weights = new double[logits.length];
    double total = 0;
    for (int s = 0; s < logits.length; s++) {
      weights[s] = Math.exp(logits[s] - largest);
      total += weights[s];
    }
    for (int s = 0; s < logits.length; s++) {
      weights[s] /= total;
    }
    return weights;
  }

  private static void tap(
      AttentionCall call, int head, int member, double[] logits, double[] weights) {
    Buffer tap = call.tap;
    if (tap == null) {
      return;
    }
    int row =
        switch (call.tapRows) {
          case NONE, SET -> 0;
          case KV_HEADS -> head;
          case QUERY_HEADS -> head * call.group + member;
        };
    int members =
        switch (call.tapRows) {
          case NONE, QUERY_HEADS -> 1;
          case KV_HEADS -> call.group;
          case SET -> call.group * call.kv.heads();
        };
    float[] to = rows(tap)[call.tapRow + row];
    for (int s = 0; s < weights.length; s++) {
      if (logits[s] == Double.NEGATIVE_INFINITY) {
        continue; // not visible
      }
      float one = (float) (call.tapLogits ? logits[s] : weights[s]);
      if (call.tapRows == Signals.Rows.QUERY_HEADS) {
        to[s] = one;
        continue;
      }
      switch (call.tapReduce) {
        case MEAN -> to[s] += one / members;
        case SUM -> to[s] += one;
        case MAX -> to[s] = Math.max(to[s], one);
      }
    }
  }

  @Override
  public void read(Buffer from, int row, int rows, int count, float[] into) {
    for (int i = 0; i < rows; i++) {
      System.arraycopy(rows(from)[row + i], 0, into, i * count, count);
    }
  }

  @Override
  public void write(float[] from, Buffer into, int row) {
    System.arraycopy(from, 0, rows(into)[row], 0, into.columns());
  }

  @Override
  public void readState(KvBuffer kv, int head, int slot, float[] key, float[] value) {
    System.arraycopy(((PlainKv) kv).key(head, slot), 0, key, 0, kv.headSize());
    System.arraycopy(((PlainKv) kv).value(head, slot), 0, value, 0, kv.headSize());
  }

  @Override
  public void writeState(float[] key, float[] value, KvBuffer kv, int head, int slot) {
    ((PlainKv) kv).set(head, slot, key, 0, value, 0);
  }
}

package org.msrnn.core.decoder;

import static java.util.Objects.requireNonNull;

import org.msrnn.api.backend.Tensor;
import org.msrnn.core.model.DecoderModel;

/**
 * A decoder that shares nothing with the engine: all tokens at once, in double, with an N x N mask
 * a layer and KV head that says which token sees which (the paper's own way of evaluating
 * policies).
 */
final class MaskOracle {
  /** Whether the query at one position sees the key at another, in a layer and KV head. */
  interface Mask {
    boolean sees(int layer, int kvHead, int query, int key);
  }

  /** Where a key stands for a query, in a layer and KV head. */
  interface Places {
    /** Every token at its own position. */
    Places ORIGINAL = (layer, kvHead, query, key) -> key;

    double of(int layer, int kvHead, int query, int key);
  }

  private final DecoderModel model;

  MaskOracle(DecoderModel model) {
    this.model = model;
  }

  /** Logits {@code [tokens][vocabulary]} under a mask. */
  double[][] logits(int[] tokens, Mask mask) {
    return logits(tokens, mask, Places.ORIGINAL);
  }

  /** The same with keys and queries rotated at places of their own. */
  double[][] logits(int[] tokens, Mask mask, Places places) {
    int n = tokens.length;
    double[][] x = new double[n][];
    for (int t = 0; t < n; t++) {
      x[t] = row(model.embedding(), tokens[t]);
    }
    for (int l = 0; l < model.layers().size(); l++) {
      DecoderModel.Layer layer = model.layers().get(l);
      double[][] q = new double[n][];
      double[][] k = new double[n][];
      double[][] v = new double[n][];
      for (int t = 0; t < n; t++) {
        double[] normed = norm(x[t], requireNonNull(layer.attention().norm()));
        q[t] = times(layer.attention().query().weights(), normed);
        k[t] = times(layer.attention().key().weights(), normed);
        v[t] = times(layer.attention().value().weights(), normed);
      }
      for (int t = n - 1; t >= 0; t--) {
        double[] attended = attend(l, t, q, k, v, mask, places);
        x[t] = plus(x[t], times(layer.attention().output().weights(), attended));
        double[] normed = norm(x[t], requireNonNull(layer.feedForward().norm()));
        double[] gate = times(layer.feedForward().gate(), normed);
        double[] up = times(layer.feedForward().up(), normed);
        for (int i = 0; i < gate.length; i++) {
          gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
        }
        x[t] = plus(x[t], times(layer.feedForward().down(), gate));
      }
    }
    double[][] logits = new double[n][];
    for (int t = 0; t < n; t++) {
      logits[t] = times(model.output(), norm(x[t], model.outputNorm()));
    }
    return logits;
  }

  private double[] attend(
      int layer, int t, double[][] q, double[][] k, double[][] v, Mask mask, Places places) {
    int size = model.info().headSize();
    int group = model.info().queryHeads() / model.info().kvHeads();
    double[] out = new double[q[t].length];
    for (int h = 0; h < model.info().queryHeads(); h++) {
      int kvHead = h / group;
      double[] query = rotated(q[t], h, places.of(layer, kvHead, t, t));
      double total = 0;
      double[] sum = new double[size];
      for (int j = 0; j <= t; j++) {
        if (!mask.sees(layer, kvHead, t, j)) {
          continue;
        }
        double[] key = rotated(k[j], kvHead, places.of(layer, kvHead, t, j));
        double dot = 0;
        for (int i = 0; i < size; i++) {
          dot += query[i] * key[i];
        }
        double weight = Math.exp(dot / Math.sqrt(size));
        total += weight;
        for (int i = 0; i < size; i++) {
          sum[i] += weight * v[j][kvHead * size + i];
        }
      }
      for (int i = 0; i < size; i++) {
        out[h * size + i] = sum[i] / total;
      }
    }
    return out;
  }

  /** One head of a vector, turned as of a position. */
  private double[] rotated(double[] x, int head, double position) {
    int size = model.info().headSize();
    int at = head * size;
    int half = size / 2;
    double[] out = new double[size];
    for (int i = 0; i < half; i++) {
      double angle = position * Math.pow(10_000, -2.0 * i / size);
      double cos = Math.cos(angle);
      double sin = Math.sin(angle);
      out[i] = x[at + i] * cos - x[at + half + i] * sin;
      out[half + i] = x[at + i] * sin + x[at + half + i] * cos;
    }
    return out;
  }

  private double[] norm(double[] x, Tensor weight) {
    double squares = 0;
    for (double number : x) {
      squares += number * number;
    }
    double[] w = row(weight, 0);
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = x[i] / Math.sqrt(squares / x.length + model.epsilon()) * w[i];
    }
    return out;
  }

  private static double[] times(Tensor w, double[] x) {
    double[] out = new double[w.rows()];
    for (int r = 0; r < w.rows(); r++) {
      double[] row = row(w, r);
      for (int i = 0; i < x.length; i++) {
        out[r] += row[i] * x[i];
      }
    }
    return out;
  }

  private static double[] plus(double[] a, double[] b) {
    double[] out = a.clone();
    for (int i = 0; i < a.length; i++) {
      out[i] += b[i];
    }
    return out;
  }

  private static double[] row(Tensor tensor, int row) {
    float[] numbers = new float[tensor.columns()];
    tensor.decodeRow(row, numbers, 0);
    double[] out = new double[numbers.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = numbers[i];
    }
    return out;
  }
}

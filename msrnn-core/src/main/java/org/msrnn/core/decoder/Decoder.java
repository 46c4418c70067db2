package org.msrnn.core.decoder;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.BackendException;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.Weights;
import org.msrnn.core.Progress;
import org.msrnn.core.model.DecoderModel;

/** A decoder's weights on a backend, and its forward pass. */
final class Decoder implements AutoCloseable {
  private final DecoderModel model;
  private final DecoderModel.Scales scales;
  private final Backend backend;
  private final Kernels k;
  private final List<Runnable> closing = new ArrayList<>();
  private final Weights embedding;
  private final List<Layer> layers = new ArrayList<>();
  private final Buffer outputNorm;
  private final Weights output;

  private record Layer(Attention attention, FeedForward ffn) {}

  private record Attention(
      @Nullable Buffer norm,
      Projection query,
      Projection key,
      Projection value,
      @Nullable Buffer queryNorm,
      @Nullable Buffer keyNorm,
      Projection output,
      @Nullable Buffer postNorm) {}

  private record FeedForward(
      @Nullable Buffer norm, Weights gate, Weights up, Weights down, @Nullable Buffer postNorm) {}

  private record Projection(Weights weights, @Nullable Buffer bias) {}

  /** The attention of one layer over the rows in a workspace, from queries to outputs. */
  interface AttentionStep {
    void attend(int layer);
  }

  /**
   * Uploads all weights, or none.
   *
   * @throws BackendException if the backend has not the memory, naming need and have
   */
  Decoder(DecoderModel model, Backend backend, Progress progress) {
    this.model = model;
    this.scales = model.scales();
    this.backend = backend;
    this.k = backend.kernels();
    demandRoom();
    int steps = model.layers().size() + 1;
    try {
      embedding = upload(model.embedding());
      for (DecoderModel.Layer layer : model.layers()) {
        progress.update(layers.size(), steps);
        layers.add(new Layer(attention(layer.attention()), feedForward(layer.feedForward())));
      }
      outputNorm = vector(model.outputNorm());
      output = model.output().equals(model.embedding()) ? embedding : upload(model.output());
      progress.update(steps, steps);
    } catch (BackendException e) {
      close();
      throw new BackendException(need() + ", and " + e.getMessage(), e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void demandRoom() {
    if (model.bytes() > backend.room()) {
      throw new BackendException(
          need() + "; " + backend.description() + " has room for " + mib(backend.room()));
    }
  }

  private String need() {
    return "the model " + model.info().name() + " needs " + mib(model.bytes()) + " for its weights";
  }

  private static String mib(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20) + " MiB";
  }

  private Attention attention(DecoderModel.Attention of) {
    return new Attention(
        vectorOrNull(of.norm()),
        projection(of.query()),
        projection(of.key()),
        projection(of.value()),
        vectorOrNull(of.queryNorm()),
        vectorOrNull(of.keyNorm()),
        projection(of.output()),
        vectorOrNull(of.postNorm()));
  }

  private FeedForward feedForward(DecoderModel.FeedForward of) {
    return new FeedForward(
        vectorOrNull(of.norm()),
        upload(of.gate()),
        upload(of.up()),
        upload(of.down()),
        vectorOrNull(of.postNorm()));
  }

  private Projection projection(DecoderModel.Projection of) {
    return new Projection(upload(of.weights()), vectorOrNull(of.bias()));
  }

  private Weights upload(Tensor tensor) {
    Weights weights = backend.upload(tensor);
    closing.add(weights::close);
    return weights;
  }

  private @Nullable Buffer vectorOrNull(@Nullable Tensor tensor) {
    return tensor == null ? null : vector(tensor);
  }

  private Buffer vector(Tensor tensor) {
    float[] numbers = new float[tensor.columns()];
    tensor.decodeRow(0, numbers, 0);
    Buffer buffer = backend.allocate(1, numbers.length);
    closing.add(buffer::close);
    k.write(numbers, buffer, 0);
    return buffer;
  }

  /**
   * Tokens to the residual stream after the last layer.
   *
   * @param first index of the first token
   * @param rows number of tokens
   * @param work where the rows are
   */
  void layers(int[] tokens, int first, int rows, Workspace work, AttentionStep attention) {
    k.embed(embedding, tokens, first, rows, work.stream);
    scale(work.stream, scales.embedding(), rows);
    for (int l = 0; l < layers.size(); l++) {
      layer(l, rows, work, attention);
    }
  }

  /** One layer of one MSRNN step: (x_t, H_(t-1)) to (x_t', H_t). */
  private void layer(int l, int rows, Workspace s, AttentionStep attention) {
    Attention a = layers.get(l).attention;
    Buffer x = normed(s.stream, a.norm, rows, s.normed);
    k.qkv(a.query.weights, a.key.weights, a.value.weights, x, rows, s.queries, s.keys, s.values);
    finish(s.queries, a.query.bias, a.queryNorm, rows);
    finish(s.keys, a.key.bias, a.keyNorm, rows);
    finish(s.values, a.value.bias, null, rows);
    attention.attend(l);
    k.matmul(a.output.weights, s.attended, 0, rows, s.update);
    finish(s.update, a.output.bias, a.postNorm, rows);
    addUpdate(rows, s);

    FeedForward f = layers.get(l).ffn;
    x = normed(s.stream, f.norm, rows, s.normed);
    k.gated(model.activation(), f.gate, f.up, x, rows, s.gate, s.up);
    k.matmul(f.down, s.gate, 0, rows, s.update);
    finish(s.update, null, f.postNorm, rows);
    addUpdate(rows, s);
  }

  private Buffer normed(Buffer x, @Nullable Buffer norm, int rows, Buffer into) {
    if (norm == null) {
      return x;
    }
    k.rmsNorm(x, norm, model.epsilon(), rows, into);
    return into;
  }

  /** What follows a product: its bias and its norm, where there are any. */
  private void finish(Buffer x, @Nullable Buffer bias, @Nullable Buffer norm, int rows) {
    if (bias != null) {
      k.add(x, bias, rows);
    }
    if (norm != null) {
      k.rmsNorm(x, norm, model.epsilon(), rows, x);
    }
  }

  private void addUpdate(int rows, Workspace s) {
    scale(s.update, scales.residual(), rows);
    k.add(s.stream, s.update, rows);
  }

  private void scale(Buffer x, float factor, int rows) {
    if (factor != 1) {
      k.scale(x, factor, rows);
    }
  }

  /** The residual stream to normed rows, from which {@link #logits} are computed. */
  void outputNorm(int rows, Workspace work) {
    k.rmsNorm(work.stream, outputNorm, model.epsilon(), rows, work.normed);
  }

  /** Logits of some normed rows; row 0 of {@code work.logits} is that of {@code first}. */
  void logits(int first, int rows, Workspace work) {
    k.matmul(output, work.normed, first, rows, work.logits);
    scale(work.logits, scales.logits(), rows);
    if (scales.logitCap() > 0) {
      k.softCap(work.logits, scales.logitCap(), rows);
    }
  }

  @Override
  public void close() {
    closing.forEach(Runnable::run);
  }
}

package org.msrnn.core.decoder;

import java.util.ArrayList;
import java.util.List;
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
  private final Kernels k;
  private final Weights embedding;
  private final List<Layer> layers = new ArrayList<>();
  private final Buffer outputNorm;
  private final Weights output;

  private record Layer(
      Buffer attentionNorm,
      Weights query,
      Weights key,
      Weights value,
      Weights attentionOutput,
      Buffer ffnNorm,
      Weights gate,
      Weights up,
      Weights down) {}

  /** The attention of one layer over the rows in a workspace, from queries to outputs. */
  interface Attention {
    void attend(int layer);
  }

  Decoder(DecoderModel model, Backend backend, Progress progress) {
    this.model = model;
    this.k = backend.kernels();
    int steps = model.layers().size() + 1;
    embedding = upload(backend, model.embedding());
    for (DecoderModel.Layer layer : model.layers()) {
      progress.update(layers.size(), steps);
      layers.add(
          new Layer(
              vector(backend, layer.attentionNorm()),
              upload(backend, layer.query()),
              upload(backend, layer.key()),
              upload(backend, layer.value()),
              upload(backend, layer.attentionOutput()),
              vector(backend, layer.ffnNorm()),
              upload(backend, layer.gate()),
              upload(backend, layer.up()),
              upload(backend, layer.down())));
    }
    outputNorm = vector(backend, model.outputNorm());
    output = model.output().equals(model.embedding()) ? embedding : upload(backend, model.output());
    progress.update(steps, steps);
  }

  /** Reads a tensor, where it is still in a file, and uploads it. */
  private static Weights upload(Backend backend, Tensor tensor) {
    return backend.upload(tensor.inMemory());
  }

  private static Buffer vector(Backend backend, Tensor tensor) {
    float[] numbers = new float[tensor.columns()];
    tensor.decodeRow(0, numbers, 0);
    Buffer buffer = backend.allocate(1, numbers.length);
    backend.kernels().write(numbers, buffer, 0);
    return buffer;
  }

  /**
   * Tokens to the residual stream after the last layer.
   *
   * @param first index of the first token
   * @param rows number of tokens
   * @param work where the rows are
   */
  void layers(int[] tokens, int first, int rows, Workspace work, Attention attention) {
    k.embed(embedding, tokens, first, rows, work.stream);
    for (int l = 0; l < layers.size(); l++) {
      layer(l, rows, work, attention);
    }
  }

  /** One layer of one MSRNN step: (x_t, H_(t-1)) to (x_t', H_t). */
  private void layer(int l, int rows, Workspace s, Attention attention) {
    Layer w = layers.get(l);
    k.rmsNorm(s.stream, w.attentionNorm, model.epsilon(), rows, s.normed);
    k.qkv(w.query, w.key, w.value, s.normed, rows, s.queries, s.keys, s.values);
    attention.attend(l);
    k.matmul(w.attentionOutput, s.attended, 0, rows, s.update);
    k.add(s.stream, s.update, rows);
    k.rmsNorm(s.stream, w.ffnNorm, model.epsilon(), rows, s.normed);
    k.gated(model.activation(), w.gate, w.up, s.normed, rows, s.gate, s.up);
    k.matmul(w.down, s.gate, 0, rows, s.update);
    k.add(s.stream, s.update, rows);
  }

  /** The residual stream to normed rows, from which {@link #logits} are computed. */
  void outputNorm(int rows, Workspace work) {
    k.rmsNorm(work.stream, outputNorm, model.epsilon(), rows, work.normed);
  }

  /** Logits of some normed rows; row 0 of {@code work.logits} is that of {@code first}. */
  void logits(int first, int rows, Workspace work) {
    k.matmul(output, work.normed, first, rows, work.logits);
  }

  @Override
  public void close() {
    embedding.close();
    if (!output.equals(embedding)) {
      output.close();
    }
    outputNorm.close();
    for (Layer w : layers) {
      w.attentionNorm.close();
      w.ffnNorm.close();
      for (Weights matrix :
          List.of(w.query, w.key, w.value, w.attentionOutput, w.gate, w.up, w.down)) {
        matrix.close();
      }
    }
  }
}

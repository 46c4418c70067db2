package org.msrnn.core.model;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.Tensor;

/**
 * A decoder-only transformer before it is on a backend: everything checked, nothing computed. Its
 * tensors may still be in a file, see {@link Tensor#data}. What families differ in is data here;
 * the forward pass is written once, over it.
 *
 * @param info the model in figures
 * @param digest what {@link org.msrnn.api.Msrnn#digest} says, and throws
 * @param epsilon of all norms
 * @param activation of the feed-forward network
 * @param scales factors and caps
 * @param embedding {@code [vocabulary, width]}
 * @param layers the layers, in order
 * @param outputNorm {@code [1, width]}
 * @param output {@code [vocabulary, width]}; the same object as {@code embedding} where it is tied
 */
public record DecoderModel(
    ModelInfo info,
    Supplier<String> digest,
    float epsilon,
    Activation activation,
    Scales scales,
    Tensor embedding,
    List<Layer> layers,
    Tensor outputNorm,
    Tensor output) {

  /** Bytes of all tensors as they are stored, a tied one once. */
  public long bytes() {
    long bytes = bytes(embedding, outputNorm, output.equals(embedding) ? null : output);
    for (Layer layer : layers) {
      Attention a = layer.attention;
      FeedForward f = layer.feedForward;
      bytes += bytes(a.norm, a.queryNorm, a.keyNorm, a.postNorm);
      for (Projection p : List.of(a.query, a.key, a.value, a.output)) {
        bytes += bytes(p.weights, p.bias);
      }
      bytes += bytes(f.norm, f.gate, f.up, f.down, f.postNorm);
    }
    return bytes;
  }

  private static long bytes(@Nullable Tensor... tensors) {
    long bytes = 0;
    for (Tensor tensor : tensors) {
      bytes += tensor == null ? 0 : tensor.bytes();
    }
    return bytes;
  }

  /**
   * Factors and caps; a factor of 1 and a cap of 0 change nothing.
   *
   * @param embedding factor on embeddings
   * @param residual factor on what a block adds to the residual stream
   * @param attention factor on query times key
   * @param attentionCap attention logits become {@code cap * tanh(logit / cap)}
   * @param logits factor on logits
   * @param logitCap logits become {@code cap * tanh(logit / cap)}
   */
  public record Scales(
      float embedding,
      float residual,
      float attention,
      float attentionCap,
      float logits,
      float logitCap) {
    /** No factors and caps but {@code 1 / sqrt(head size)}. */
    public static Scales plain(int headSize) {
      return new Scales(1, 1, (float) (1 / Math.sqrt(headSize)), 0, 1, 0);
    }
  }

  /** One layer: two blocks, each of which adds to the residual stream. */
  public record Layer(Attention attention, FeedForward feedForward) {}

  /**
   * The attention block. Rows of {@code query} and {@code key} are in the order that {@link Rope}
   * asks for, whatever the file's order was.
   *
   * @param norm {@code [1, width]} of what goes in, null for none
   * @param query to {@code query heads * head size}
   * @param key to {@code KV heads * head size}
   * @param value to {@code KV heads * head size}
   * @param queryNorm of queries before they are rotated, {@code [1, head size]} for each head alone
   *     or {@code [1, query heads * head size]} for all together; null for none
   * @param keyNorm the same of keys
   * @param rope rotation of queries and keys, null for none
   * @param output from {@code query heads * head size} to width
   * @param postNorm {@code [1, width]} of what comes out, null for none
   */
  public record Attention(
      @Nullable Tensor norm,
      Projection query,
      Projection key,
      Projection value,
      @Nullable Tensor queryNorm,
      @Nullable Tensor keyNorm,
      @Nullable Rope rope,
      Projection output,
      @Nullable Tensor postNorm) {}

  /**
   * The gated feed-forward block.
   *
   * @param norm {@code [1, width]} of what goes in, null for none
   * @param gate {@code [ffn width, width]}
   * @param up {@code [ffn width, width]}
   * @param down {@code [width, ffn width]}
   * @param postNorm {@code [1, width]} of what comes out, null for none
   */
  public record FeedForward(
      @Nullable Tensor norm, Tensor gate, Tensor up, Tensor down, @Nullable Tensor postNorm) {}

  /**
   * A matrix, and what is added to its products.
   *
   * @param weights {@code [out, in]}
   * @param bias {@code [1, out]}, null for none
   */
  public record Projection(Tensor weights, @Nullable Tensor bias) {
    /** Without a bias. */
    public static Projection of(Tensor weights) {
      return new Projection(weights, null);
    }
  }
}

package org.msrnn.core.model;

import java.util.List;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.Tensor;

/**
 * A decoder-only transformer before it is on a backend: everything checked, nothing computed. Its
 * tensors may still be in a file, see {@link Tensor#data}.
 *
 * @param info the model in figures; the digest may be empty
 * @param epsilon of all norms
 * @param activation of the feed-forward network
 * @param rope rotation of queries and keys
 * @param embedding {@code [vocabulary, width]}
 * @param layers the layers, in order
 * @param outputNorm {@code [1, width]}
 * @param output {@code [vocabulary, width]}; the same object as {@code embedding} where it is tied
 */
public record DecoderModel(
    ModelInfo info,
    float epsilon,
    Activation activation,
    Rope rope,
    Tensor embedding,
    List<Layer> layers,
    Tensor outputNorm,
    Tensor output) {

  /**
   * One layer's tensors. Rows of {@code query} and {@code key} are in the order that {@link Rope}
   * asks for, whatever the file's order was.
   *
   * @param attentionNorm {@code [1, width]}
   * @param query {@code [query heads * head size, width]}
   * @param key {@code [KV heads * head size, width]}
   * @param value {@code [KV heads * head size, width]}
   * @param attentionOutput {@code [width, query heads * head size]}
   * @param ffnNorm {@code [1, width]}
   * @param gate {@code [ffn width, width]}
   * @param up {@code [ffn width, width]}
   * @param down {@code [width, ffn width]}
   */
  public record Layer(
      Tensor attentionNorm,
      Tensor query,
      Tensor key,
      Tensor value,
      Tensor attentionOutput,
      Tensor ffnNorm,
      Tensor gate,
      Tensor up,
      Tensor down) {}
}

package org.msrnn.api;

import java.util.List;

/**
 * A loaded model in figures.
 *
 * @param name the model's name, for people
 * @param family the architecture in the file's own word, for example {@code llama}
 * @param layers transformer layers
 * @param width length of the residual stream
 * @param queryHeads query heads a layer
 * @param kvHeads key/value heads a layer; query head h reads KV head h / (queryHeads / kvHeads)
 * @param headSize numbers in one head's key, query or value
 * @param ffnWidth inner width of the feed-forward network
 * @param vocabulary number of tokens
 * @param context positions that the model was trained for
 * @param windows sliding window of each layer: the newest positions that its queries see, 0 where
 *     they see all; empty if no layer has one
 */
public record ModelInfo(
    String name,
    String family,
    int layers,
    int width,
    int queryHeads,
    int kvHeads,
    int headSize,
    int ffnWidth,
    int vocabulary,
    int context,
    List<Integer> windows) {

  /** Refuses windows that are not one a layer. */
  public ModelInfo {
    windows = List.copyOf(windows);
    if (!windows.isEmpty() && windows.size() != layers) {
      throw new IllegalArgumentException(windows.size() + " windows for " + layers + " layers");
    }
  }

  /** The newest positions that queries of a layer see; {@code Long.MAX_VALUE} for all. */
  public long window(int layer) {
    int window = windows.isEmpty() ? 0 : windows.get(layer);
    return window == 0 ? Long.MAX_VALUE : window;
  }

  /** Numbers in one single state: key and value of all KV heads of one layer. */
  public int numbersPerState() {
    return Math.multiplyExact(2, Math.multiplyExact(kvHeads, headSize));
  }
}

package org.msrnn.eval.sweep;

import java.util.List;
import org.msrnn.eval.task.RetrievalKind;
import org.msrnn.eval.task.SpecText;
import org.msrnn.eval.task.TextProtocol;

/**
 * A grid as it was asked for.
 *
 * @param policies policies as users write them
 * @param states state sizes as users write them
 * @param tasks {@link CellId#PERPLEXITY} and {@link CellId#RETRIEVAL}, either or both
 * @param spec all that is the same for every cell; its policy and state are not used
 * @param protocol how texts become streams
 * @param retrieval the retrieval items
 * @param mapTokens tokens of the kept-token map; 0 for none
 */
public record SweepOptions(
    List<String> policies,
    List<String> states,
    List<String> tasks,
    SpecText spec,
    TextProtocol protocol,
    Retrieval retrieval,
    int mapTokens) {

  /**
   * The retrieval items.
   *
   * @param items how many
   * @param kinds the kinds, in turn
   * @param length tokens of prompt and answer together; 0 for as many as the model's context has
   * @param newTokens the most tokens of an answer
   */
  public record Retrieval(int items, List<RetrievalKind> kinds, int length, int newTokens) {}
}

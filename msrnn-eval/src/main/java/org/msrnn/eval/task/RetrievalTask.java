package org.msrnn.eval.task;

import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.core.Model;
import org.msrnn.core.sampling.Sampler;
import org.msrnn.eval.retrieval.RetrievalItem;

/**
 * Retrieval under a policy: greedy decoding, scored by string match as RULER does.
 *
 * @param model the model
 * @param spec policy, state size and all that belongs to them
 * @param cut the tokens to which a prompt is cut, its last ones and BOS; null for all of it
 */
public record RetrievalTask(Model model, StateSpec spec, @Nullable Integer cut) {

  /** Runs one item. */
  public RetrievalFigures run(RetrievalItem item) {
    return run(item, tokens -> {});
  }

  /**
   * Runs one item.
   *
   * @param progress is told the tokens of the answer so far
   */
  public RetrievalFigures run(RetrievalItem item, IntConsumer progress) {
    int[] written = {0};
    int[] prompt = prompt(item);
    try (MultiState state = model.msrnn().start(spec)) {
      var result =
          new Generator(model.msrnn(), Sampler.greedy(), model.tokenizer()::ends)
              .run(
                  state,
                  prompt,
                  item.newTokens(),
                  token -> {
                    progress.accept(++written[0]);
                    return true;
                  });
      String prediction = model.tokenizer().decode(result.tokens());
      return new RetrievalFigures(
          item.kind(),
          item.length(),
          item.depth(),
          item.score(prediction),
          prediction,
          item.answers(),
          prompt.length,
          result.tokens().length,
          StateFigures.of(state));
    }
  }

  private int[] prompt(RetrievalItem item) {
    int[] all = Generator.prompt(model.tokenizer(), item.prompt());
    if (cut == null || all.length <= cut) {
      return all;
    }
    int[] last = new int[cut];
    System.arraycopy(all, all.length - cut, last, 0, cut);
    var bos = model.tokenizer().bos();
    if (bos.isPresent() && all[0] == bos.getAsInt()) {
      last[0] = all[0];
    }
    return last;
  }
}

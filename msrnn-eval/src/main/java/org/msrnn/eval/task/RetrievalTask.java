package org.msrnn.eval.task;

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
 */
public record RetrievalTask(Model model, StateSpec spec) {

  /** Runs one item. */
  public RetrievalFigures run(RetrievalItem item) {
    int[] prompt = Generator.prompt(model.tokenizer(), item.prompt());
    try (MultiState state = model.msrnn().start(spec)) {
      var result =
          new Generator(model.msrnn(), Sampler.greedy(), model.tokenizer()::ends)
              .run(state, prompt, item.newTokens(), token -> true);
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
}

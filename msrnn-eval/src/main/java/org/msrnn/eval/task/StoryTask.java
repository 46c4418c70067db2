package org.msrnn.eval.task;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.LongConsumer;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.core.Model;
import org.msrnn.core.sampling.Sampler;
import org.msrnn.core.sampling.Sampling;

/**
 * Tells a story under a policy (arXiv 2401.06104, section 5.3): a request, then draws until the
 * model ends the text or it is long enough. A draw follows from seed, position and logits, so two
 * policies tell the same story up to where their states differ.
 *
 * @param model the model
 * @param spec policy, state size and all that belongs to them
 * @param sampling how tokens are drawn; its seed is that of the story
 * @param stops texts that end a story, and are no part of it
 * @param newTokens the most tokens of a story, 1 or more
 */
public record StoryTask(
    Model model, StateSpec spec, Sampling sampling, List<String> stops, int newTokens) {

  /**
   * Tells the story of this request.
   *
   * @param written is told how many tokens there are, at each
   */
  public StoryFigures run(String prompt, LongConsumer written) {
    var tokenizer = model.tokenizer();
    int[] ids = Generator.prompt(tokenizer, prompt);
    TokenText text = new TokenText(tokenizer, prompt.isEmpty(), stops, piece -> {});
    long[] count = new long[1];
    IntPredicate reader =
        token -> {
          written.accept(++count[0]);
          return text.accept(token);
        };
    try (MultiState state = model.msrnn().start(spec)) {
      Generator.Result result =
          new Generator(model.msrnn(), new Sampler(sampling), tokenizer::ends)
              .run(state, ids, newTokens, reader);
      StateFigures figures = StateFigures.of(state);
      return new StoryFigures(
          prompt,
          sampling.seed(),
          text.end(),
          result.prompt(),
          result.tokens().length,
          result.ended() || result.stopped(),
          figures.evictions() > 0,
          figures);
    }
  }
}

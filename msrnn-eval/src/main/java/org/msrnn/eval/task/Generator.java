package org.msrnn.eval.task;

import java.util.Arrays;
import java.util.function.IntPredicate;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.core.sampling.Sampler;
import org.msrnn.core.tokenizer.Tokenizer;

/**
 * Feeds a prompt and goes on from it, token by token.
 *
 * @param msrnn the machine
 * @param sampler chooses tokens, and hears of those of the prompt
 * @param ends whether a token ends the text
 */
public record Generator(Msrnn msrnn, Sampler sampler, IntPredicate ends) {

  /**
   * What a generation took.
   *
   * @param prompt tokens of the prompt, BOS included
   * @param tokens the new tokens, without the one that ended the text
   * @param ended whether the model ended the text itself
   * @param stopped whether the reader wanted no more
   * @param promptSeconds time to feed the prompt
   * @param tokenSeconds time of the tokens after it
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Result(
      int prompt,
      int[] tokens,
      boolean ended,
      boolean stopped,
      double promptSeconds,
      double tokenSeconds) {}

  /** Ids of a prompt, after BOS where the model wants it. */
  public static int[] prompt(Tokenizer tokenizer, String text) {
    int[] ids = tokenizer.encode(text);
    if (!tokenizer.addsBos() || tokenizer.bos().isEmpty()) {
      return ids;
    }
    int[] all = new int[Math.addExact(ids.length, 1)];
    all[0] = tokenizer.bos().getAsInt();
    System.arraycopy(ids, 0, all, 1, ids.length);
    return all;
  }

  /**
   * Generates. The last new token is fed only if the model ended the text after it: nobody needs
   * the logits that would follow.
   *
   * @param state the state to go on from, changed by the call
   * @param prompt ids of the prompt, one or more
   * @param most the most new tokens
   * @param reader is given every new token as it comes, and says whether it wants more
   */
  public Result run(MultiState state, int[] prompt, int most, IntPredicate reader) {
    return run(state, new float[msrnn.model().vocabulary()], prompt, most, reader);
  }

  /**
   * Generates, with or without a prompt.
   *
   * @param logits {@code [vocabulary]}: of the token that follows the state, needed where the
   *     prompt is empty; after the call, of the token that follows the last one fed
   */
  public Result run(MultiState state, float[] logits, int[] prompt, int most, IntPredicate reader) {
    long start = System.nanoTime();
    msrnn.feed(state, prompt, LogitsSink.last(prompt.length, logits));
    for (int token : prompt) {
      sampler.accept(token);
    }
    long fed = System.nanoTime();
    int[] tokens = new int[Math.min(most, 256)];
    int count = 0;
    boolean ended = false;
    boolean stopped = false;
    while (count < most && !stopped) {
      if (count > 0) {
        msrnn.step(state, tokens[count - 1], logits);
      }
      int token = sampler.next(logits, state.tokens());
      ended = ends.test(token);
      if (ended) {
        break;
      }
      if (count == tokens.length) {
        tokens = Arrays.copyOf(tokens, (int) Math.min(most, 2L * count));
      }
      tokens[count++] = token;
      sampler.accept(token);
      stopped = !reader.test(token);
    }
    return new Result(
        prompt.length,
        Arrays.copyOf(tokens, count),
        ended,
        stopped,
        (fed - start) / 1e9,
        (System.nanoTime() - fed) / 1e9);
  }
}

package org.msrnn.eval.task;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.core.sampling.Sampler;
import org.msrnn.core.tokenizer.Tokenizer;

/** Feeds a prompt and goes on from it, token by token. */
public final class Generator {
  private final Msrnn msrnn;
  private final Tokenizer tokenizer;
  private final Sampler sampler;

  /** A generator. */
  public Generator(Msrnn msrnn, Tokenizer tokenizer, Sampler sampler) {
    this.msrnn = msrnn;
    this.tokenizer = tokenizer;
    this.sampler = sampler;
  }

  /**
   * What a generation took.
   *
   * @param prompt tokens of the prompt, BOS included
   * @param tokens the new tokens, without the one that ended the text
   * @param ended whether the model ended the text itself
   * @param promptSeconds time to feed the prompt
   * @param tokenSeconds time of the tokens after it
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Result(
      int prompt, int[] tokens, boolean ended, double promptSeconds, double tokenSeconds) {}

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
   * Generates.
   *
   * @param state the state to go on from, changed by the call
   * @param prompt ids of the prompt, one or more
   * @param most the most new tokens
   * @param each is given every new token as it comes
   */
  public Result run(MultiState state, int[] prompt, int most, IntConsumer each) {
    long start = System.nanoTime();
    float[] logits = new float[msrnn.model().vocabulary()];
    msrnn.feed(state, prompt, LogitsSink.last(prompt.length, logits));
    long fed = System.nanoTime();
    int[] tokens = new int[most];
    int count = 0;
    boolean ended = false;
    while (count < most) {
      int token = sampler.next(logits, state.tokens());
      if (tokenizer.eos().isPresent() && token == tokenizer.eos().getAsInt()) {
        ended = true;
        break;
      }
      tokens[count++] = token;
      each.accept(token);
      if (count < most) {
        msrnn.step(state, token, logits);
      }
    }
    return new Result(
        prompt.length,
        Arrays.copyOf(tokens, count),
        ended,
        (fed - start) / 1e9,
        (System.nanoTime() - fed) / 1e9);
  }
}

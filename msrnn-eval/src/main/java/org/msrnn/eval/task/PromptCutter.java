package org.msrnn.eval.task;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.msrnn.core.tokenizer.Tokenizer;
import org.msrnn.eval.dataset.Prompt;

/**
 * Turns prompts into at most so many tokens.
 *
 * <p>The rule is that of ZeroSCROLLS (arXiv 2305.14196): a prompt that fits is one text. Of one
 * that does not, the prefix loses its last tokens, and the suffix, with the separator before it,
 * becomes tokens on its own. BOS stands once, at the start, and is counted (the scripts of
 * ZeroSCROLLS may put it before the suffix a second time). Where the suffix alone is too long, its
 * last tokens stay and nothing of the prefix. With {@link Prompt.Cut#MIDDLE}, the first and the
 * last half of the tokens stay, as LongBench has it; LongBench makes text of them and tokens of
 * that once more, which is not done here.
 *
 * <p>The paper's baseline is the same rule with k in place of the context (arXiv 2401.06104,
 * section 4.2): k tokens, the query's included. Tokens of the answer come on top.
 *
 * @param encode tokens of a text, without BOS
 * @param bos BOS where the model wants it
 * @param most the most tokens, BOS included
 */
public record PromptCutter(Function<String, int[]> encode, OptionalInt bos, int most) {

  /** For a tokenizer. */
  public static PromptCutter of(Tokenizer tokenizer, int most) {
    return new PromptCutter(
        tokenizer::encode, tokenizer.addsBos() ? tokenizer.bos() : OptionalInt.empty(), most);
  }

  /** The tokens of a prompt. */
  public TokenPrompt tokens(Prompt prompt) {
    int[] first = bos.stream().toArray();
    int[] all = join(first, encode.apply(prompt.text()));
    if (all.length <= most) {
      return new TokenPrompt(all, false);
    }
    if (prompt.cut() == Prompt.Cut.MIDDLE) {
      int half = most / 2;
      return new TokenPrompt(join(head(all, half), tail(all, half)), true);
    }
    int[] suffix =
        tail(encode.apply(prompt.separator() + prompt.suffix()), Math.max(0, most - first.length));
    int[] prefix = head(encode.apply(prompt.prefix()), most - first.length - suffix.length);
    return new TokenPrompt(join(first, join(prefix, suffix)), true);
  }

  private static int[] head(int[] ids, int count) {
    return Arrays.copyOf(ids, Math.clamp(count, 0, ids.length));
  }

  private static int[] tail(int[] ids, int count) {
    return Arrays.copyOfRange(ids, ids.length - Math.min(count, ids.length), ids.length);
  }

  private static int[] join(int[] a, int[] b) {
    return IntStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
  }
}

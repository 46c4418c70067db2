package org.msrnn.eval.task;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.policy.Trigger;
import org.msrnn.core.Model;
import org.msrnn.core.sampling.Sampler;
import org.msrnn.eval.dataset.Answer;
import org.msrnn.eval.dataset.Question;

/**
 * Questions about one document under one setup, answered greedily. What their prompts have in
 * common is fed once, and the multi-state after it forked for each question, where that gives the
 * same as feeding each prompt by itself.
 */
public final class DocumentQuestions implements AutoCloseable {
  private final Model model;
  private final StateSpec spec;
  private final List<Question> questions;
  private final TokenPrompt[] prompts;
  private final int common;
  private @Nullable MultiState shared;

  /**
   * Nothing is fed yet.
   *
   * @param questions one or more
   * @param cutter turns their prompts into tokens
   * @param share whether to feed once what they have in common, where that is exact
   */
  public DocumentQuestions(
      Model model, StateSpec spec, List<Question> questions, PromptCutter cutter, boolean share) {
    this.model = model;
    this.spec = spec;
    this.questions = List.copyOf(questions);
    this.prompts =
        questions.stream().map(q -> cutter.tokens(q.prompt())).toArray(TokenPrompt[]::new);
    this.common = share && questions.size() > 1 && isExact(spec) ? common(prompts) : 0;
  }

  /**
   * Whether it makes no difference that a prompt is fed in two parts: nothing is decided at the end
   * of a prompt that is not decided after every token.
   */
  static boolean isExact(StateSpec spec) {
    Trigger trigger = spec.policy().trigger();
    boolean everyStep = trigger.equals(Trigger.EVERY_STEP) && spec.regime().equals(Regime.STEPWISE);
    return (everyStep || trigger.equals(Trigger.NEVER)) && !spec.budgets().adaptive();
  }

  /** Tokens that all prompts begin with; each has one more at least, whose logits are needed. */
  private static int common(TokenPrompt[] prompts) {
    int[] first = prompts[0].ids();
    int common = first.length - 1;
    for (TokenPrompt prompt : prompts) {
      int until = Math.min(common, prompt.ids().length - 1);
      int differs = Arrays.mismatch(first, 0, until, prompt.ids(), 0, until);
      common = differs < 0 ? until : differs;
    }
    return common;
  }

  /** Tokens that are fed once for all. */
  public int sharedTokens() {
    return common;
  }

  /**
   * Answers a question.
   *
   * @param index which one, from 0
   * @param newTokens the most tokens of the answer
   * @param watch is told the tokens of the answer so far
   */
  public QuestionFigures answer(int index, int newTokens, IntConsumer watch) {
    return answer(index, newTokens, watch, state -> {});
  }

  /** Likewise; the multi-state is looked at when the answer is over. */
  QuestionFigures answer(int index, int newTokens, IntConsumer watch, Consumer<MultiState> end) {
    TokenPrompt prompt = prompts[index];
    try (MultiState state = afterCommon()) {
      int[] rest = Arrays.copyOfRange(prompt.ids(), common, prompt.ids().length);
      int[] written = new int[1];
      var result =
          new Generator(model.msrnn(), Sampler.greedy(), model.tokenizer()::ends)
              .run(
                  state,
                  rest,
                  newTokens,
                  token -> {
                    watch.accept(++written[0]);
                    return true;
                  });
      end.accept(state);
      Question question = questions.get(index);
      return new QuestionFigures(
          question.dataset(),
          Answer.of(question, model.tokenizer().decode(result.tokens())),
          prompt.ids().length,
          result.tokens().length,
          prompt.truncated(),
          StateFigures.of(state));
    }
  }

  /** A multi-state of its own that has read what all prompts begin with. */
  private MultiState afterCommon() {
    Msrnn msrnn = model.msrnn();
    if (common == 0) {
      return msrnn.start(spec);
    }
    if (shared == null) {
      MultiState started = msrnn.start(spec);
      try {
        msrnn.feed(started, Arrays.copyOf(prompts[0].ids(), common), LogitsSink.NONE);
      } catch (RuntimeException e) {
        started.close();
        throw e;
      }
      shared = started;
    }
    return shared.fork();
  }

  /** Gives the memory of what was shared back. */
  @Override
  public void close() {
    if (shared != null) {
      shared.close();
      shared = null;
    }
  }
}

package org.msrnn.eval.judge;

import java.util.List;
import java.util.Optional;
import org.msrnn.eval.judge.ChatAnswer.TokenChance;
import org.msrnn.eval.judge.Verdict.Choice;

/**
 * The protocol of AlpacaEval 2 (arXiv 2404.04475), in words of our own: the texts are labelled m
 * and M, the answer is one token, and its log-probabilities give a preference p(m) / (p(m) + p(M)).
 *
 * <p>A label that is not among the likeliest tokens has no weight. Where the judge gives no
 * log-probabilities, an answer that is exactly a label is a choice without a preference.
 */
record AlpacaFormat() implements JudgeFormat {
  private static final String FIRST = "m";
  private static final String SECOND = "M";

  @Override
  public String name() {
    return "alpaca";
  }

  @Override
  public List<ChatRequest.Message> messages(Question question) {
    return List.of(
        ChatRequest.Message.system(
            "You judge texts. You are shown an instruction and the outputs of two models, and say"
                + " by its label which output people would prefer."),
        ChatRequest.Message.user(
            "Instruction:\n"
                + question.prompt()
                + "\n\nOutput of model m:\n"
                + question.first()
                + "\n\nOutput of model M:\n"
                + question.second()
                + "\n\nWhich output is the better one? Answer with its label alone, m or M, and"
                + " nothing before or after it."));
  }

  @Override
  public int maxTokens() {
    return 1;
  }

  @Override
  public int topTokens() {
    return 5;
  }

  @Override
  public Optional<Verdict> verdict(ChatAnswer answer) {
    if (answer.first().isEmpty()) {
      return switch (answer.text().strip()) {
        case FIRST -> Optional.of(Verdict.of(Choice.FIRST));
        case SECOND -> Optional.of(Verdict.of(Choice.SECOND));
        default -> Optional.empty();
      };
    }
    double first = probability(answer.first(), FIRST);
    double second = probability(answer.first(), SECOND);
    double both = first + second;
    if (!(both > 0) || !Double.isFinite(both)) {
      return Optional.empty();
    }
    Choice choice = first > second ? Choice.FIRST : second > first ? Choice.SECOND : Choice.EQUAL;
    return Optional.of(new Verdict(choice, first / both));
  }

  /** Of a label, with or without a space beside it. */
  private static double probability(List<TokenChance> chances, String label) {
    return chances.stream()
        .filter(chance -> chance.token().strip().equals(label))
        .mapToDouble(chance -> Math.exp(chance.logprob()))
        .sum();
  }
}

package org.msrnn.eval.judge;

import java.util.List;
import java.util.Optional;

/**
 * The protocol of FastChat's pair judge (MT-bench, arXiv 2306.05685), in words of our own: the
 * judge explains itself, then writes [[A]], [[B]] or [[C]].
 *
 * <p>FastChat takes the first of the three that it looks for, even where several are written; here
 * such an answer is no verdict.
 */
record FastChatFormat() implements JudgeFormat {
  @Override
  public String name() {
    return "fastchat";
  }

  @Override
  public List<ChatRequest.Message> messages(Question question) {
    return List.of(
        ChatRequest.Message.system(
            "You compare the answers that two assistants gave to the same request and decide which"
                + " one serves the user better. Look at how well each follows the request, at"
                + " accuracy, depth, detail and originality. Neither the order of the answers, nor"
                + " their length, nor the names of the assistants may count. First compare the two"
                + " in a few sentences. Then end with your verdict in exactly this form: [[A]] if"
                + " assistant A is better, [[B]] if assistant B is better, [[C]] for a tie."),
        ChatRequest.Message.user(
            "[User Question]\n"
                + question.prompt()
                + "\n\n[The Start of Assistant A's Answer]\n"
                + question.first()
                + "\n[The End of Assistant A's Answer]\n\n[The Start of Assistant B's Answer]\n"
                + question.second()
                + "\n[The End of Assistant B's Answer]"));
  }

  @Override
  public int maxTokens() {
    return 2048;
  }

  @Override
  public Optional<Verdict> verdict(ChatAnswer answer) {
    return JudgeFormat.only(answer.text(), "[[A]]", "[[B]]", "[[C]]");
  }
}

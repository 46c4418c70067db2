package org.msrnn.eval.dataset;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * SQuALITY as its authors give it (Wang et al., arXiv 2205.11465): a story a line, with its
 * questions and the answers of four writers. A question's id is the story's and its number.
 */
final class SqualityStories implements Predicate<JsonFields> {
  private final PromptStyle style;
  private final int limit;
  private final List<Question> questions = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();

  /**
   * A reader.
   *
   * @param limit the most questions
   */
  SqualityStories(PromptStyle style, int limit) {
    this.style = style;
    this.limit = limit;
  }

  @Override
  public boolean test(JsonFields story) {
    String passage = story.object("metadata").someText("passage_id");
    String document = story.someText("document");
    for (JsonFields asked : story.objects("questions")) {
      if (questions.size() == limit) {
        return false;
      }
      String id = passage + "_" + asked.count("question_number");
      if (!ids.add(id)) {
        throw story.wrong("question_number", "there twice for story " + passage, "one of its own");
      }
      questions.add(
          new Question(
              ScrollsTask.SQUALITY.written(),
              id,
              passage,
              style.prompt(ScrollsTask.SQUALITY, document, asked.someText("question_text")),
              asked.objects("responses").stream().map(r -> r.text("response_text")).toList(),
              List.of(),
              ScrollsTask.SQUALITY.maxNewTokens(),
              Scoring.ROUGE));
    }
    return true;
  }

  /** The questions read so far. */
  List<Question> questions() {
    return questions;
  }
}

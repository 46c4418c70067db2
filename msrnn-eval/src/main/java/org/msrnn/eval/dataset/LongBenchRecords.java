package org.msrnn.eval.dataset;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.io.Digest;

/**
 * Records of LongBench (Bai et al., arXiv 2308.14508). Its prompts are a file of its own, a
 * template a dataset with {@code {context}} and {@code {input}} in it; without that file the
 * context is followed by the input and {@code Answer:}.
 *
 * <p>Answers in English are scored by F1, summaries by ROUGE as SCROLLS computes it, whose words
 * are not quite those of LongBench's package; its scores for classification, retrieval, counts,
 * code and Chinese are not here.
 */
final class LongBenchRecords implements Predicate<JsonFields> {
  private static final Set<String> ANSWERS =
      Set.of(
          "narrativeqa",
          "qasper",
          "multifieldqa_en",
          "hotpotqa",
          "2wikimqa",
          "musique",
          "triviaqa");
  private static final Set<String> SUMMARIES =
      Set.of("gov_report", "qmsum", "multi_news", "samsum");
  private static final int ANSWER_TOKENS = 128;
  private static final int SUMMARY_TOKENS = 512;

  private final Map<String, String> templates;
  private final int limit;
  private final List<Question> questions = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();

  /**
   * A reader.
   *
   * @param templates prompts by dataset; may be empty
   * @param limit the most questions
   */
  LongBenchRecords(Map<String, String> templates, int limit) {
    this.templates = templates;
    this.limit = limit;
  }

  @Override
  public boolean test(JsonFields fields) {
    if (questions.size() == limit) {
      return false;
    }
    String id = fields.someText("_id");
    if (!ids.add(id)) {
      throw fields.wrong("_id", "'" + id + "', which was there before", "one of its own");
    }
    String dataset = fields.someText("dataset");
    String plain = plain(dataset);
    String context = fields.someText("context");
    questions.add(
        new Question(
            dataset,
            id,
            Digest.sha256(context),
            prompt(templates.get(plain), context, fields.text("input")),
            fields.texts("answers"),
            List.of(),
            SUMMARIES.contains(plain) ? SUMMARY_TOKENS : ANSWER_TOKENS,
            scoring(dataset)));
    return true;
  }

  /** LongBench-E has the same datasets, with {@code _e} behind their names. */
  private static String plain(String dataset) {
    return dataset.endsWith("_e") ? dataset.substring(0, dataset.length() - 2) : dataset;
  }

  /** How a dataset is scored; {@link Scoring#NONE} where that is not known here. */
  static Scoring scoring(String dataset) {
    String plain = plain(dataset);
    return SUMMARIES.contains(plain)
        ? Scoring.ROUGE
        : ANSWERS.contains(plain) ? Scoring.F1 : Scoring.NONE;
  }

  private static Prompt prompt(@Nullable String template, String context, String input) {
    String given =
        template == null
            ? "{context}\n\n" + (input.isBlank() ? "" : "{input}\n\n") + "Answer:"
            : template;
    int at = given.indexOf("{context}");
    String before = given.substring(0, at).replace("{input}", input);
    String after = given.substring(at + "{context}".length()).replace("{input}", input);
    return new Prompt(before + context, before.length(), after, "", Prompt.Cut.MIDDLE);
  }

  /** The questions read so far. */
  List<Question> questions() {
    return questions;
  }
}

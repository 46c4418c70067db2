package org.msrnn.eval.dataset;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The ten tasks of ZeroSCROLLS (Shaham et al., arXiv 2305.14196): their prompts and limits. The
 * wording is that of its tables 5 and 6, since other wording would be another benchmark.
 */
public enum ScrollsTask {
  /** Summaries of government reports. */
  GOV_REPORT(
      "You are given a report by a government agency. Write a one-page summary of the report.",
      "Report",
      null,
      "Summary",
      "report is",
      1024,
      Scoring.ROUGE),
  /** Summaries of episodes. */
  SUMM_SCREEN_FD(
      "You are given a script of a TV episode. Summarize the episode in a paragraph.",
      "Episode Script",
      null,
      "Summary",
      "episode script is",
      512,
      Scoring.ROUGE),
  /** Questions about meetings. */
  QMSUM(
      "You are given a meeting transcript and a query containing a question or instruction. Answer"
          + " the query in one or more sentences.",
      "Transcript",
      "Query",
      "Answer",
      "transcript is",
      512,
      Scoring.ROUGE),
  /** Questions about stories, answered in a paragraph. */
  SQUALITY(
      "You are given a story and a question. Answer the question in a paragraph.",
      "Story",
      "Question",
      "Answer",
      "story is",
      512,
      Scoring.ROUGE),
  /** Questions about papers. */
  QASPER(
      "You are given a scientific article and a question. Answer the question as concisely as you"
          + " can, using a single phrase or sentence if possible. If the question cannot be"
          + " answered based on the information in the article, write \"unanswerable\". If the"
          + " question is a yes/no question, answer \"yes\", \"no\", or \"unanswerable\".",
      "Article",
      "Question",
      "Answer",
      "article is",
      128,
      Scoring.F1),
  /** Questions about books and scripts. */
  NARRATIVE_QA(
      "You are given a story, which can be either a novel or a movie script, and a question. Answer"
          + " the question as concisely as you can, using a single phrase if possible.",
      "Story",
      "Question",
      "Answer",
      "story is",
      64,
      Scoring.F1),
  /** Multiple choice about stories; scored by the letter, which is not done here. */
  QUALITY(
      "You are provided a story and a multiple-choice question with 4 possible answers (marked by"
          + " A, B, C, D). Choose the best answer by writing its corresponding letter (either A, B,"
          + " C, or D).",
      "Story",
      "Question and Possible Answers",
      "Answer",
      "story is",
      10,
      Scoring.NONE),
  /** Questions that need several paragraphs. */
  MUSIQUE(
      "You are given several paragraphs from Wikipedia and a question. Answer the question as"
          + " concisely as you can, using a single phrase if possible. If the question cannot be"
          + " answered based on the information in the paragraphs, write \"unanswerable\".",
      "Paragraphs",
      "Question",
      "Answer",
      "paragraphs are",
      32,
      Scoring.F1),
  /** The share of good reviews; scored by its distance, which is not done here. */
  SPACE_DIGEST(
      "You are given a list of reviews about a specific hotel. Each review is either positive or"
          + " negative. What is the percentage of positive reviews (e.g. 60%, 34%, etc.)?",
      "Reviews", null, "Percentage of Positive Reviews", "reviews are", 36, Scoring.NONE),
  /** Chapters to be put in order; scored by concordance, which is not done here. */
  BOOK_SUM_SORT(
      "You are given {NUM_SUMMARIES} summaries of chapters or parts of a novel, in a shuffled"
          + " order, where each summary is denoted by a numerical ID (e.g. Summary 1, Summary 3,"
          + " etc.). Reorder the summaries according to the original order of chapters/parts in"
          + " the novel by writing a list of length {NUM_SUMMARIES} of the summary IDs (e.g. if"
          + " you were given 5 summaries, one possible answer could be \"5, 1, 3, 4, 2\").",
      "Summaries",
      null,
      "Summary IDs in Correct Order",
      "summaries are",
      256,
      Scoring.NONE);

  /** What is added to the instruction for chat models, but for summaries. */
  static final String NO_EXPLANATION = " Do not provide any explanation.";

  private static final Pattern SUMMARY = Pattern.compile("(?m)^Summary [0-9]+:");

  private final String instruction;
  private final String documentHeader;
  private final @Nullable String queryHeader;
  private final String answerHeader;
  private final String rest;
  private final int maxNewTokens;
  private final Scoring scoring;

  ScrollsTask(
      String instruction,
      String documentHeader,
      @Nullable String queryHeader,
      String answerHeader,
      String rest,
      int maxNewTokens,
      Scoring scoring) {
    this.instruction = instruction;
    this.documentHeader = documentHeader;
    this.queryHeader = queryHeader;
    this.answerHeader = answerHeader;
    this.rest = rest;
    this.maxNewTokens = maxNewTokens;
    this.scoring = scoring;
  }

  /** The task with a name such as {@code squality}. */
  public static Optional<ScrollsTask> named(String name) {
    for (ScrollsTask task : values()) {
      if (task.written().equals(name)) {
        return Optional.of(task);
      }
    }
    return Optional.empty();
  }

  /** The name that ZeroSCROLLS gives it. */
  public String written() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether there is a query beside the document. */
  public boolean hasQuery() {
    return queryHeader != null;
  }

  /** Whether answers are summaries: their instruction is the same for chat models. */
  boolean summarises() {
    return scoring == Scoring.ROUGE;
  }

  /** The most tokens of an answer. */
  public int maxNewTokens() {
    return maxNewTokens;
  }

  /** How answers are scored. */
  public Scoring scoring() {
    return scoring;
  }

  /** What stands for the part of a document that was cut. */
  String separator() {
    return "... [The rest of the " + rest + " omitted]\n\n";
  }

  /** What stands before the query, its line break included; empty where there is no query. */
  String queryHeading() {
    return queryHeader == null ? "" : queryHeader + ":\n";
  }

  /**
   * The prompt of table 5 or 6.
   *
   * @param query the query; not used where the task has none
   * @param chat whether it is for a chat model: one more sentence, and no header for the answer
   */
  Prompt prompt(String document, String query, boolean chat) {
    String asked =
        instruction.replace(
                "{NUM_SUMMARIES}", Long.toString(SUMMARY.matcher(document).results().count()))
            + (chat && !summarises() ? NO_EXPLANATION : "");
    String before = asked + "\n\n" + documentHeader + ":\n";
    String answer = chat ? "" : answerHeader + ":\n";
    String suffix = hasQuery() ? queryHeading() + query + (chat ? "" : "\n\n") + answer : answer;
    return new Prompt(
        before + document + "\n\n", before.length(), suffix, separator(), Prompt.Cut.DOCUMENT_END);
  }
}

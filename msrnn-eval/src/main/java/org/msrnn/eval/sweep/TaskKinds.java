package org.msrnn.eval.sweep;

import java.util.List;
import java.util.Optional;
import org.msrnn.eval.retention.RetentionFigures;
import org.msrnn.eval.retention.TextFigures;
import org.msrnn.eval.task.EfficiencyFigures;
import org.msrnn.eval.task.PerplexityFigures;
import org.msrnn.eval.task.QuestionFigures;
import org.msrnn.eval.task.RetrievalFigures;
import org.msrnn.eval.task.StoryFigures;
import org.msrnn.eval.task.StreamFigures;

/** Every task that a journal may hold results of. */
public final class TaskKinds {
  private static final List<Metric> PERPLEXITY_METRICS =
      List.of(
          Metric.lower("perplexity", "perplexity", 3),
          Metric.lower("perplexityAfterState", "after the state fills", 3),
          Metric.lower("wordPerplexity", "per word", 2),
          Metric.lower("bytePerplexity", "per byte", 4),
          Metric.lower("bitsPerCharacter", "bits/character", 4));

  /** Perplexity of texts in chunks. */
  public static final TaskKind<PerplexityFigures> PERPLEXITY =
      new TaskKind<>(
          "perplexity",
          "Perplexity",
          "Perplexity of a token; lower is better.",
          PerplexityFigures.class,
          PERPLEXITY_METRICS,
          items -> PerplexityFigures.total(items).metrics());

  /** Long streams through a bounded state. */
  public static final TaskKind<StreamFigures> EXTRAPOLATION =
      new TaskKind<>(
          "extrapolation",
          "Extrapolation",
          "Perplexity of a token over one long stream; lower is better.",
          StreamFigures.class,
          List.of(
              Metric.lower("perplexity", "perplexity", 3),
              Metric.lower("lastWindow", "over the last window", 3)),
          StreamFigures::total);

  /** Retrieval in RULER's format. */
  public static final TaskKind<RetrievalFigures> RETRIEVAL =
      new TaskKind<>(
          "retrieval",
          "Retrieval, RULER format",
          "Share of the hidden answers that the model repeats, in per cent; higher is better.",
          RetrievalFigures.class,
          List.of(
              Metric.higher("accuracy", "accuracy, %", 1),
              Metric.lower(Totals.STANDARD_ERROR, "standard error", 1)),
          items -> {
            var total = Totals.<RetrievalFigures>means("accuracy").apply(items);
            total.putAll(RetrievalFigures.parts(items));
            return total;
          });

  /** One needle at every depth of every length. */
  public static final TaskKind<RetrievalFigures> NEEDLE_MAP =
      new TaskKind<>(
          "needle-map",
          "Needle map",
          "Share of needles found at every depth of every length, in per cent; higher is better.",
          RetrievalFigures.class,
          RETRIEVAL.metrics(),
          RETRIEVAL.total());

  /** Questions about documents. */
  public static final TaskKind<QuestionFigures> UNDERSTANDING =
      new TaskKind<>(
          "understanding",
          "Understanding",
          "Score of the answers to questions about a document, in per cent: the geometric mean of"
              + " the three ROUGE means, or the mean F1 or match; higher is better.",
          QuestionFigures.class,
          List.of(
              Metric.higher("score", "score, %", 2),
              Metric.higher("rouge1", "ROUGE-1", 2),
              Metric.higher("rouge2", "ROUGE-2", 2),
              Metric.higher("rougeL", "ROUGE-L", 2)),
          QuestionFigures::total);

  /** Stories that were told; what they are worth is the judge's to say. */
  public static final TaskKind<StoryFigures> STORY =
      new TaskKind<>(
          "story",
          "Stories",
          "Tokens of a story, of which the paper's request wants many; msrnn judge compares the"
              + " stories themselves.",
          StoryFigures.class,
          List.of(
              Metric.higher(StoryFigures.TOKENS, "tokens", 0),
              Metric.higher(StoryFigures.ENDED, "ended by the model, %", 0),
              Metric.higher(StoryFigures.FILLED, "filled the state, %", 0)),
          Totals.means(StoryFigures.TOKENS));

  /** Batched decoding: speed and memory. */
  public static final TaskKind<EfficiencyFigures> EFFICIENCY =
      new TaskKind<>(
          "efficiency",
          "Efficiency",
          "Tokens a second of sequences that step together; higher is better. Measured times: other"
              + " each time.",
          EfficiencyFigures.class,
          List.of(
              Metric.higher("tokensPerSecond", "tokens/s", 1),
              Metric.lower("deviation", "deviation of a repetition", 1),
              Metric.higher("largestBatch", "largest batch", 0)),
          items -> items.getLast().metrics(),
          true);

  /** How long tokens are kept, and what attention is lost. */
  public static final TaskKind<RetentionFigures> RETENTION =
      new TaskKind<>(
          "retention",
          "Retention",
          "Share of the full model's attention that goes to states which are not held any more,"
              + " mean over steps and layers; lower is better. And for how many steps states are"
              + " kept.",
          RetentionFigures.class,
          List.of(
              Metric.lower("attentionLoss", "attention lost", 4),
              Metric.lower("leastAttentionLoss", "the least that any choice loses", 4),
              Metric.higher("meanSteps", "steps kept", 1),
              Metric.higher("steadySteps", "steps kept in the steady state", 1),
              Metric.higher("firstTokenSteps", "steps the first token is kept", 0),
              Metric.higher("recentShare", "recent among the kept", 3)),
          Totals.means("attentionLoss"));

  /** The text whose retention was recorded, token by token, with parts of speech. */
  public static final TaskKind<TextFigures> TEXT =
      new TaskKind<>(
          "retention-text",
          "The text",
          "The tokens of the text and their parts of speech.",
          TextFigures.class,
          List.of(),
          items -> java.util.Map.of());

  /** All of them, in the order of a report. */
  public static final List<TaskKind<?>> ALL =
      List.of(
          PERPLEXITY,
          EXTRAPOLATION,
          UNDERSTANDING,
          RETRIEVAL,
          NEEDLE_MAP,
          STORY,
          EFFICIENCY,
          RETENTION,
          TEXT);

  private TaskKinds() {}

  /** The task of a name. */
  public static Optional<TaskKind<?>> of(String name) {
    for (TaskKind<?> kind : ALL) {
      if (kind.name().equals(name)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}

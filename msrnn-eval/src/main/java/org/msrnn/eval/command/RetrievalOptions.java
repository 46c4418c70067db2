package org.msrnn.eval.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.core.Model;
import org.msrnn.eval.retrieval.DocumentQuestion;
import org.msrnn.eval.retrieval.GivenNeedle;
import org.msrnn.eval.retrieval.NeedleMap;
import org.msrnn.eval.retrieval.QuestionFile;
import org.msrnn.eval.retrieval.RetrievalItem;
import org.msrnn.eval.retrieval.RetrievalItems;
import org.msrnn.eval.retrieval.RetrievalKind;
import org.msrnn.eval.retrieval.RulerFile;
import org.msrnn.eval.task.Generator;
import picocli.CommandLine.Option;

/** What is to be retrieved: items made here, RULER's own files, a needle map. */
final class RetrievalOptions {
  private static final int ITEMS = 12;
  private static final List<String> KINDS =
      List.of("niah_single_1", "niah_single_2", "niah_multikey_1");

  @Option(
      names = "--kinds",
      split = ",",
      paramLabel = "KIND",
      description =
          "Kinds of retrieval item, in turn: niah_single_1 to _3, niah_multikey_1 to _3,"
              + " niah_multivalue, niah_multiquery, vt, cwe, fwe, qa_1, qa_2, passkey,"
              + " kv_retrieval, or all. Default: niah_single_1, niah_single_2, niah_multikey_1;"
              + " none where --ruler or a needle map is given.")
  List<String> kinds = List.of();

  @Option(
      names = "--items",
      paramLabel = "N",
      description = "Retrieval items a length and --ruler file. Default: 12, and all of a file.")
  @Nullable Integer items;

  @Option(
      names = "--length",
      split = ",",
      paramLabel = "N",
      description =
          "Tokens of a retrieval prompt and its answer together, one length or more. Default: the"
              + " model's context, but at most 4096.")
  List<Integer> lengths = List.of();

  @Option(
      names = "--max-new",
      paramLabel = "N",
      description = "The most tokens of an answer. Default: the kind's own, such as 128 for niah.")
  @Nullable Integer newTokens;

  @Option(
      names = "--ruler",
      split = ",",
      paramLabel = "FILE",
      description = "Items from RULER's own sample files, TASK/validation.jsonl.")
  List<Path> rulerFiles = List.of();

  @Option(
      names = "--questions",
      paramLabel = "FILE",
      description = "Questions for qa_1 and qa_2: JSON Lines of question, documents and answers.")
  @Nullable Path questions;

  @Option(
      names = "--needle-lengths",
      split = ",",
      paramLabel = "N",
      description = "Make a needle map: a needle at every depth of prompts of these lengths.")
  List<Integer> needleLengths = List.of();

  @Option(
      names = "--needle-depths",
      paramLabel = "N",
      description =
          "Depths of the map, from the beginning of the text to its end. Default:"
              + " ${DEFAULT-VALUE}.")
  int needleDepths = 5;

  @Option(
      names = "--needle-items",
      paramLabel = "N",
      description = "Items a length and depth. Default: ${DEFAULT-VALUE}.")
  int needleItems = 1;

  @Option(
      names = "--needle",
      paramLabel = "TEXT",
      description =
          "The sentence that the map hides; goes with --needle-question and --needle-answer."
              + " Default: that of niah_single_2.")
  @Nullable String needle;

  @Option(
      names = "--needle-question",
      paramLabel = "TEXT",
      description = "What is asked about the sentence.")
  @Nullable String needleQuestion;

  @Option(
      names = "--needle-answer",
      paramLabel = "TEXT",
      description = "What the reply must contain; may be given several times.")
  List<String> needleAnswers = List.of();

  @Option(
      names = "--save-items",
      paramLabel = "DIR",
      description = "Write the retrieval items as RULER does, DIR/TASK/validation.jsonl.")
  @Nullable Path saved;

  RetrievalOptions() {}

  /**
   * The items, saved where that was asked for.
   *
   * @param seed of what is drawn
   * @throws InvalidOptionException if options do not go together, or a length is too short
   */
  List<RetrievalItem> items(Model model, long seed) {
    check();
    List<DocumentQuestion> asked = questions == null ? List.of() : QuestionFile.read(questions);
    ToIntFunction<String> tokens = text -> Generator.prompt(model.tokenizer(), text).length;
    RetrievalItems maker = new RetrievalItems(tokens, newTokens, seed, asked);
    List<RetrievalItem> all = new ArrayList<>();
    List<String> names = kinds.isEmpty() && !hasOthers() ? KINDS : kinds;
    if (!names.isEmpty()) {
      List<Integer> own = lengths.isEmpty() ? List.of(TextOptions.longest(model)) : lengths;
      var parsed = RetrievalKind.parse(names, !asked.isEmpty());
      all.addAll(maker.items(parsed, own, items == null ? ITEMS : items));
    }
    for (Path file : rulerFiles) {
      all.addAll(RulerFile.read(file, items == null ? Integer.MAX_VALUE : items, newTokens));
    }
    if (!needleLengths.isEmpty()) {
      all.addAll(
          maker.items(new NeedleMap(needleLengths, needleDepths, needleItems, givenNeedle())));
    }
    if (saved != null) {
      RulerFile.write(saved, all, tokens);
    }
    return all;
  }

  private boolean hasOthers() {
    return !rulerFiles.isEmpty() || !needleLengths.isEmpty();
  }

  private @Nullable GivenNeedle givenNeedle() {
    return needle == null || needleQuestion == null
        ? null
        : new GivenNeedle(needle, needleQuestion, needleAnswers);
  }

  private void check() {
    Counts.demand("items", items, 1);
    Counts.demand("max-new", newTokens, 1);
    Counts.demand("needle-items", needleItems, 1);
    boolean any = needle != null || needleQuestion != null || !needleAnswers.isEmpty();
    boolean whole = needle != null && needleQuestion != null && !needleAnswers.isEmpty();
    if (any && (!whole || needleLengths.isEmpty())) {
      throw new InvalidOptionException(
          "needle",
          "--needle, --needle-question and --needle-answer go together, and with"
              + " --needle-lengths");
    }
    if (needleAnswers.stream().anyMatch(String::isBlank)) {
      throw new InvalidOptionException("needle-answer", "''", "a text that is not blank");
    }
  }
}

package org.msrnn.eval.sweep;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.dataset.Question;
import org.msrnn.eval.dataset.ReferenceRows;
import org.msrnn.eval.task.DocumentQuestions;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.PromptCutter;
import org.msrnn.eval.task.QuestionFigures;
import org.msrnn.eval.task.Reference;
import org.msrnn.eval.task.Settings;

/**
 * Questions about documents (arXiv 2401.06104, section 4.2). Questions about the same document
 * under the same setup share the work on it. Beside the policies stand the rows of {@link
 * ReferenceRows}, as if they were policies.
 *
 * @param questions the questions
 * @param style how they are put, in words, for results
 * @param promptTokens the most tokens of a prompt
 * @param newTokens the most tokens of an answer; null for what each dataset has
 */
public record QuestionTask(
    List<Question> questions, String style, int promptTokens, @Nullable Integer newTokens)
    implements Task {
  /** Copies the questions. */
  public QuestionTask {
    questions = List.copyOf(questions);
  }

  @Override
  public List<Cell> cells(Machine machine, List<Setup> setups) {
    Map<String, List<Question>> documents = new LinkedHashMap<>();
    questions.forEach(q -> documents.computeIfAbsent(q.document(), d -> new ArrayList<>()).add(q));
    Open open = new Open();
    List<Cell> cells = new ArrayList<>();
    documents.forEach(
        (name, asked) -> {
          List<String> digests = asked.stream().map(Question::digest).toList();
          for (Setup setup : setups) {
            if (setup.reference() != Reference.CLAIRVOYANT) {
              cells.addAll(cells(machine, setup, asked, digests, open));
            }
          }
        });
    if (!setups.isEmpty()) {
      addReferences(cells, setups.getFirst().settings());
    }
    return cells;
  }

  /** The document that is being read: one at a time, so that one multi-state is held. */
  private static final class Open {
    private String share = "";
    private @Nullable DocumentQuestions document;

    DocumentQuestions get(String wanted, Supplier<DocumentQuestions> maker) {
      if (document == null || !share.equals(wanted)) {
        close();
        document = maker.get();
        share = wanted;
      }
      return document;
    }

    void close() {
      if (document != null) {
        document.close();
        document = null;
      }
    }
  }

  private List<Cell> cells(
      Machine machine, Setup setup, List<Question> asked, List<String> digests, Open open) {
    boolean baseline = setup.reference() == Reference.BASELINE;
    int most = baseline ? Math.min(promptTokens, setup.spec().states()) : promptTokens;
    Settings settings = setup.settings();
    String share = id(asked.getFirst(), digests.getFirst(), settings).key();
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      Question question = asked.get(i);
      int index = i;
      int length = length(question);
      cells.add(
          new Cell(
              id(question, digests.get(i), settings),
              share,
              watch -> {
                var document =
                    open.get(
                        share,
                        () ->
                            new DocumentQuestions(
                                machine.model(),
                                setup.spec(),
                                asked,
                                PromptCutter.of(machine.model().tokenizer(), most),
                                true));
                QuestionFigures figures =
                    document.answer(index, length, done -> watch.update(done, length, () -> ""));
                if (index == asked.size() - 1) {
                  open.close();
                }
                return figures;
              }));
    }
    return cells;
  }

  private int length(Question question) {
    return newTokens == null ? question.maxNewTokens() : newTokens;
  }

  private CellId id(Question question, String digest, Settings settings) {
    SortedMap<String, String> options =
        new TreeMap<>(
            Map.of(
                CellId.DATASET,
                question.dataset(),
                "prompt",
                style,
                "max-tokens",
                Integer.toString(promptTokens),
                "max-new-tokens",
                Integer.toString(length(question))));
    return new CellId(TaskKinds.UNDERSTANDING.name(), question.id(), digest, options, settings);
  }

  private void addReferences(List<Cell> cells, Settings settings) {
    for (Question question : questions) {
      ReferenceRows.answers(question)
          .forEach(
              (name, answer) ->
                  cells.add(
                      new Cell(
                          id(question, question.digest(), settings.reference(name)),
                          watch -> QuestionFigures.reference(question, answer))));
    }
  }
}

package org.msrnn.eval.sweep;

import com.google.common.base.Suppliers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.Msrnn;
import org.msrnn.api.StateSpec;
import org.msrnn.core.tokenizer.Tokenizer;
import org.msrnn.eval.retention.AttentionLoss;
import org.msrnn.eval.retention.AttentionTrace;
import org.msrnn.eval.retention.AttentionTraces;
import org.msrnn.eval.retention.Clairvoyant;
import org.msrnn.eval.retention.Lifetimes;
import org.msrnn.eval.retention.Retention;
import org.msrnn.eval.retention.RetentionFigures;
import org.msrnn.eval.retention.RetentionRecorder;
import org.msrnn.eval.retention.TextFigures;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.Reference;
import org.msrnn.eval.task.SpecText;
import org.msrnn.eval.task.TextProtocol;
import org.msrnn.eval.task.TokenDocument;

/**
 * Who is kept until when, over the first tokens of documents, and the attention lost (arXiv
 * 2401.06104, section 7.3).
 *
 * @param documents the texts
 * @param protocol how they become streams
 * @param tokens tokens that are fed, BOS included; all of the first stream where it has fewer
 * @param attention whether the full model is asked what it attends to, which takes memory that
 *     grows with the square of the tokens
 */
public record RetentionTask(
    List<TokenDocument> documents, TextProtocol protocol, int tokens, boolean attention)
    implements Task {
  /** The text depends on the model's tokenizer and on no policy. */
  private static final SpecText ANY_POLICY =
      new SpecText("full", null, "stepwise", null, null, "f32", 0);

  /** Copies the documents. */
  public RetentionTask {
    documents = List.copyOf(documents);
  }

  /** What all cells of a document share; there is no text where only ids are known. */
  private record Shared(
      Msrnn msrnn, int[] ids, AttentionTraces traces, @Nullable Supplier<TextFigures> text) {}

  @Override
  public List<Cell> cells(Machine machine, List<Setup> setups) {
    Msrnn msrnn = machine.model().msrnn();
    var traces = new AttentionTraces(msrnn);
    List<Cell> cells = new ArrayList<>();
    for (TokenDocument document : documents) {
      int[] ids = document.start(protocol, tokens);
      Supplier<TextFigures> text = text(ids, document.tokenizer());
      var shared = new Shared(msrnn, ids, traces, text);
      String digest = document.digest();
      if (text != null) {
        CellId id = id(TaskKinds.TEXT, document, digest, machine.setup(ANY_POLICY));
        cells.add(new Cell(id, share(digest), watch -> text.get()));
      }
      for (Setup setup : setups) {
        if (setup.reference() != Reference.BASELINE) {
          CellId id = id(TaskKinds.RETENTION, document, digest, setup);
          cells.add(new Cell(id, share(digest), watch -> figures(shared, setup)));
        }
      }
    }
    return cells;
  }

  /** Pieces and tags, found once. */
  private static @Nullable Supplier<TextFigures> text(int[] ids, @Nullable Tokenizer tokenizer) {
    return tokenizer == null ? null : Suppliers.memoize(() -> TextFigures.of(ids, tokenizer));
  }

  private static String share(String digest) {
    return "attention of " + digest;
  }

  private CellId id(TaskKind<?> kind, TokenDocument document, String digest, Setup setup) {
    SortedMap<String, String> options =
        new TreeMap<>(
            Map.of(
                "bos", Boolean.toString(protocol.bos()),
                "tokens", Integer.toString(tokens)));
    if (kind.equals(TaskKinds.RETENTION)) {
      options.put("attention", Boolean.toString(attention));
    }
    return new CellId(kind.name(), document.name(), digest, options, setup.settings());
  }

  private RetentionFigures figures(Shared shared, Setup setup) {
    StateSpec spec = setup.spec();
    boolean clairvoyant = setup.reference() == Reference.CLAIRVOYANT;
    AttentionTrace trace =
        attention || clairvoyant ? shared.traces.of(spec.storage(), shared.ids) : null;
    if (clairvoyant && trace != null) {
      spec = Clairvoyant.spec(trace, spec);
    }
    Retention kept = RetentionRecorder.record(shared.msrnn, spec, shared.ids, LogitsSink.NONE);
    return new RetentionFigures(
        kept.forResult(),
        Lifetimes.of(kept, shared.text == null ? null : shared.text.get()),
        trace == null ? null : AttentionLoss.of(trace, kept),
        trace == null || !clairvoyant
            ? null
            : (Double) AttentionLoss.least(trace, spec.states()).mean());
  }
}

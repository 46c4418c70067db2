package org.msrnn.eval.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.StateSpec;
import org.msrnn.eval.metric.NllSum;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.retention.AttentionTrace;
import org.msrnn.eval.retention.AttentionTraces;
import org.msrnn.eval.retention.Clairvoyant;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.PerplexityTask;
import org.msrnn.eval.task.Reference;
import org.msrnn.eval.task.TextProtocol;
import org.msrnn.eval.task.TokenDocument;
import org.msrnn.eval.task.TokenListener;

/**
 * Perplexity of documents: in chunks, or along one long stream.
 *
 * @param documents the texts
 * @param protocol how they become streams
 * @param bucket tokens of a bucket of the curve along a stream; 0 for chunks and no curve
 */
public record DocumentTask(List<TokenDocument> documents, TextProtocol protocol, int bucket)
    implements Task {
  /** Copies the documents. */
  public DocumentTask {
    documents = List.copyOf(documents);
  }

  @Override
  public List<Cell> cells(Machine machine, List<Setup> setups) {
    List<Cell> cells = new ArrayList<>();
    var traces = new AttentionTraces(machine.model().msrnn());
    for (TokenDocument document : documents) {
      String digest = document.digest();
      for (Setup setup : setups) {
        if (setup.reference() != Reference.CLAIRVOYANT || bucket == 0) {
          cells.add(cell(machine, traces, document, digest, setup));
        }
      }
    }
    return cells;
  }

  private Cell cell(
      Machine machine, AttentionTraces traces, TokenDocument document, String digest, Setup setup) {
    TextProtocol own =
        setup.reference() == Reference.BASELINE ? protocol.cutTo(setup.spec().states()) : protocol;
    String task = bucket == 0 ? TaskKinds.PERPLEXITY.name() : TaskKinds.EXTRAPOLATION.name();
    CellId id = new CellId(task, document.name(), digest, options(), setup.settings());
    PerplexityTask run = task(machine, traces, setup, own);
    return new Cell(
        id,
        setup.reference() == Reference.CLAIRVOYANT ? "attention of " + digest : id.key(),
        watch -> {
          long start = System.nanoTime();
          java.util.function.ObjLongConsumer<NllSum> progress =
              (sum, total) -> watch.update(sum.tokens(), total, () -> words(sum, start));
          return bucket == 0
              ? run.run(document, TokenListener.NONE, progress)
              : run.curve(document, bucket, progress);
        });
  }

  /** A clairvoyant cell passes over each stream twice: the first time to see what is to come. */
  private static PerplexityTask task(
      Machine machine, AttentionTraces traces, Setup setup, TextProtocol own) {
    var msrnn = machine.model().msrnn();
    StateSpec spec = setup.spec();
    if (setup.reference() != Reference.CLAIRVOYANT) {
      return new PerplexityTask(msrnn, spec, own);
    }
    return new PerplexityTask(
        msrnn,
        Clairvoyant.spec(AttentionTrace.NONE, spec),
        own,
        fed -> Clairvoyant.spec(traces.of(spec.storage(), fed), spec));
  }

  private static String words(NllSum sum, long start) {
    double seconds = (System.nanoTime() - start) / 1e9;
    return Numbers.fixed(sum.perplexity(), 3)
        + ", "
        + Numbers.count(Math.round(sum.tokens() / seconds))
        + " tokens/s";
  }

  private SortedMap<String, String> options() {
    SortedMap<String, String> options =
        new TreeMap<>(
            Map.of(
                "chunk", orNone(protocol.chunk()),
                "limit", orNone(protocol.limit()),
                "bos", Boolean.toString(protocol.bos()),
                "short-last-chunk", Boolean.toString(protocol.shortLastChunk())));
    if (bucket > 0) {
      options.put("bucket", Integer.toString(bucket));
    }
    return options;
  }

  private static String orNone(@Nullable Number number) {
    return number == null ? "none" : number.toString();
  }
}

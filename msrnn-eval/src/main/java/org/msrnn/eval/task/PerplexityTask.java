package org.msrnn.eval.task;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.policy.Trigger;
import org.msrnn.eval.metric.LogProbability;
import org.msrnn.eval.metric.NllSum;
import org.msrnn.eval.task.TokenDocument.Stream;

/**
 * Perplexity of a document under a policy (arXiv 2401.06104, section 4.1), evaluated layer by
 * layer.
 *
 * @param msrnn the model
 * @param spec policy, state size and all that belongs to them
 * @param protocol how a text becomes streams
 * @param hindsight the specification of a stream, from the tokens that it will feed; for all that
 *     do not look ahead, {@code spec} again
 */
public record PerplexityTask(
    Msrnn msrnn, StateSpec spec, TextProtocol protocol, Function<int[], StateSpec> hindsight) {

  /** Of a policy that is the same for every stream. */
  public PerplexityTask(Msrnn msrnn, StateSpec spec, TextProtocol protocol) {
    this(msrnn, spec, protocol, fed -> spec);
  }

  /**
   * Runs a document.
   *
   * @param document the document
   * @param listener is told of every predicted token
   * @param progress is told the sum so far and the tokens that there will be in all
   */
  public PerplexityFigures run(
      TokenDocument document, TokenListener listener, ObjLongConsumer<NllSum> progress) {
    return run(document, listener, progress, msrnn::feed);
  }

  /**
   * Runs a document a token a step, as text is generated: the same figures as {@link #run} in the
   * stepwise regime, many times slower.
   */
  public PerplexityFigures runByStep(
      TokenDocument document, TokenListener listener, ObjLongConsumer<NllSum> progress) {
    float[] logits = new float[msrnn.model().vocabulary()];
    return run(
        document,
        listener,
        progress,
        (state, tokens, sink) -> {
          for (int i = 0; i < tokens.length; i++) {
            msrnn.step(state, tokens[i], logits);
            sink.accept(i, logits);
          }
        });
  }

  /** How known tokens go through the model. */
  private interface Feed {
    void feed(MultiState state, int[] tokens, LogitsSink sink);
  }

  private PerplexityFigures run(
      TokenDocument document, TokenListener listener, ObjLongConsumer<NllSum> progress, Feed feed) {
    List<Stream> streams = document.streams(protocol);
    long total = streams.stream().mapToLong(Stream::predicted).sum();
    HeldStates held = HeldStates.of(spec, msrnn.model());
    boolean bounded = spec.policy().trigger().kind() != Trigger.Kind.NEVER;
    NllSum all = new NllSum();
    NllSum after = new NllSum();
    StateFigures figures = StateFigures.NONE;
    for (Stream stream : streams) {
      // The last token is predicted and never fed: nothing comes after it.
      int[] fed = Arrays.copyOf(stream.ids(), stream.predicted());
      try (MultiState state = msrnn.start(hindsight.apply(fed))) {
        LogitsSink sink =
            (index, logits) -> {
              int token = stream.ids()[index + 1];
              double nll = -LogProbability.of(logits, token);
              all.add(nll);
              if (bounded && isAfterState(index)) {
                after.add(nll);
              }
              boolean last = index + 1 == stream.predicted();
              long states = last ? state.states() : held.after(index + 1L);
              listener.accept(document.name(), stream.position(index + 1), token, nll, states);
              progress.accept(all, total);
            };
        feed.feed(state, fed, sink);
        figures = figures.with(StateFigures.of(state));
      }
    }
    return PerplexityFigures.of(all, after, document.size(streams), figures);
  }

  /**
   * Runs a document and keeps the sums along it.
   *
   * @param document the document
   * @param bucket predicted tokens of a bucket
   * @param progress as for {@link #run}
   */
  public StreamFigures curve(TokenDocument document, int bucket, ObjLongConsumer<NllSum> progress) {
    List<NllSum> buckets = new java.util.ArrayList<>();
    TokenListener listener =
        (name, position, token, nll, states) -> {
          if (buckets.isEmpty() || buckets.getLast().tokens() == bucket) {
            buckets.add(new NllSum());
          }
          buckets.getLast().add(nll);
        };
    PerplexityFigures whole = run(document, listener, progress);
    return new StreamFigures(bucket, buckets.stream().mapToDouble(NllSum::nll).toArray(), whole);
  }

  /**
   * Whether the query at this position had k or more tokens before it, so that it attended to k + 1
   * states and one had to go. The reference results count the same way.
   */
  private boolean isAfterState(int queryPosition) {
    return queryPosition >= spec.states();
  }
}

package org.msrnn.eval.task;

import java.util.List;
import java.util.function.Consumer;
import org.msrnn.core.sampling.StopStrings;
import org.msrnn.core.tokenizer.StreamingDecoder;
import org.msrnn.core.tokenizer.Tokenizer;

/**
 * New tokens as text, piece by piece: no half characters, and nothing of a stop string. Not
 * thread-safe.
 */
public final class TokenText {
  private final StreamingDecoder decoder;
  private final StopStrings stops;
  private final Consumer<String> out;
  private final StringBuilder text = new StringBuilder();

  /**
   * Without text so far.
   *
   * @param tokenizer whose tokens come
   * @param atStart whether the first token starts a text, so that a space prefix is dropped
   * @param stops what ends the text
   * @param out is given each piece
   */
  public TokenText(Tokenizer tokenizer, boolean atStart, List<String> stops, Consumer<String> out) {
    this.decoder = new StreamingDecoder(tokenizer, atStart);
    this.stops = new StopStrings(stops);
    this.out = out;
  }

  /** Takes a token; false where a stop string is complete with it. */
  public boolean accept(int token) {
    say(stops.next(decoder.next(token)));
    return !stops.stopped();
  }

  /** The whole text, after what was held back has been given out. */
  public String end() {
    say(stops.next(decoder.end()));
    say(stops.end());
    return text.toString();
  }

  private void say(String piece) {
    if (!piece.isEmpty()) {
      text.append(piece);
      out.accept(piece);
    }
  }
}

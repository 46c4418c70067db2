package org.msrnn.eval.task;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.core.Model;
import org.msrnn.core.chat.ChatFormat;
import org.msrnn.core.sampling.Sampler;
import org.msrnn.core.sampling.Sampling;
import org.msrnn.eval.io.IoReason;
import org.msrnn.eval.io.WholeFile;

/**
 * A conversation over one multi-state. The state is all that is remembered: each turn feeds its new
 * tokens and no earlier one, so a turn costs the same however long the conversation is. Not
 * thread-safe.
 *
 * <p>Where an answer ends with a stop string, the state has read that string; the next turn follows
 * it.
 */
public final class Conversation implements AutoCloseable {
  /**
   * How a conversation is held.
   *
   * @param format how it is written
   * @param system what the model is told first, or null
   * @param sampling how tokens are chosen
   * @param stops what ends an answer, beside what the format says
   * @param most the most tokens of an answer
   */
  public record Manner(
      ChatFormat format, @Nullable String system, Sampling sampling, List<String> stops, int most) {

    /** Copies the list. */
    public Manner {
      stops = List.copyOf(stops);
    }
  }

  /**
   * An answer.
   *
   * @param text what it says
   * @param result what it took
   */
  public record Answer(String text, Generator.Result result) {}

  private final Model model;
  private final StateSpec spec;
  private final Manner manner;
  private MultiState state;
  private Sampler sampler;

  /** A conversation without a turn. */
  public Conversation(Model model, StateSpec spec, Manner manner) {
    this.model = model;
    this.spec = spec;
    this.manner = manner;
    this.state = model.msrnn().start(spec);
    this.sampler = new Sampler(manner.sampling());
  }

  /** What is remembered. */
  public MultiState state() {
    return state;
  }

  /**
   * One turn.
   *
   * @param user what is said
   * @param out is given the answer piece by piece
   */
  public Answer say(String user, Consumer<String> out) {
    var tokenizer = model.tokenizer();
    ChatFormat format = manner.format();
    int[] tokens =
        state.tokens() == 0
            ? format.first(tokenizer, manner.system(), user)
            : format.next(tokenizer, user);
    List<String> stops = Stream.concat(format.stops().stream(), manner.stops().stream()).toList();
    TokenText text = new TokenText(tokenizer, true, stops, out);
    var result =
        new Generator(model.msrnn(), sampler, token -> format.ends(tokenizer, token))
            .run(state, tokens, manner.most(), text::accept);
    if (!result.ended()) {
      // the answer is a part of the conversation to its last token
      int last = result.tokens()[result.tokens().length - 1];
      model.msrnn().feed(state, new int[] {last}, LogitsSink.NONE);
    }
    return new Answer(text.end(), result);
  }

  /** Forgets everything. */
  public void reset() {
    replace(model.msrnn().start(spec));
  }

  /**
   * Writes what is remembered to a file, which it replaces once all is written.
   *
   * @throws MsrnnException if that fails
   */
  public void save(Path file) {
    WholeFile.write(file, state::save);
  }

  /**
   * Goes on from what {@link #save} wrote under the same model, policy and state size.
   *
   * @throws MsrnnException if the file cannot be read or is another state's; what is remembered
   *     stays
   */
  public void load(Path file) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      replace(model.msrnn().load(in, spec));
    } catch (IOException e) {
      throw new MsrnnException("cannot read " + file + ": " + IoReason.of(e), e);
    }
  }

  private void replace(MultiState other) {
    state.close();
    state = other;
    sampler = new Sampler(manner.sampling());
  }

  @Override
  public void close() {
    state.close();
  }
}

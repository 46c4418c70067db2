package org.msrnn.core.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.core.tokenizer.Tokenizer;

/**
 * How a conversation is written for a model: three layouts, each up to where the model answers. In
 * a layout {@code {system}} and {@code {user}} stand for what was said, {@code {bos}} and {@code
 * {eos}} for the model's tokens of that kind, and the names in {@code tokens} for special tokens.
 * All else is text.
 *
 * <p>Only a format's own layouts are searched for tokens. What a user says is encoded as text, so
 * that a {@code <|im_end|>} in it ends no turn. Where a format has no tokens ({@code alpaca}, the
 * {@code [INST]} of {@code llama2}), its marks are text, and text in a turn can imitate them.
 *
 * <p>A multi-state remembers, so each turn feeds the new tokens alone: {@link #first}, the answer,
 * {@link #next}, the answer, and so on are together the conversation's tokens.
 *
 * @param name the name it is chosen by
 * @param tokens special tokens of the layouts, as the vocabulary spells them
 * @param first the first turn without a system prompt
 * @param firstWithSystem the first turn with one
 * @param next a later turn, from the end of the answer before
 * @param stops what ends an answer where the model writes it as text
 * @param trims whether white space around what was said is dropped, as the format's template does
 */
public record ChatFormat(
    String name,
    List<String> tokens,
    String first,
    String firstWithSystem,
    String next,
    List<String> stops,
    boolean trims) {

  private static final String BOS = "{bos}";
  private static final String EOS = "{eos}";
  private static final String SYSTEM = "{system}";
  private static final String USER = "{user}";

  /** Copies the lists. */
  public ChatFormat {
    tokens = List.copyOf(tokens);
    stops = List.copyOf(stops);
  }

  /**
   * The format of a name.
   *
   * @throws InvalidOptionException if there is none
   */
  public static ChatFormat named(String name) {
    return ChatFormats.ALL.stream()
        .filter(format -> format.name.equals(name))
        .findFirst()
        .orElseThrow(
            () -> new InvalidOptionException("chat", "'" + name + "'", String.join(", ", names())));
  }

  /** The names of all formats. */
  public static List<String> names() {
    return ChatFormats.ALL.stream().map(ChatFormat::name).toList();
  }

  /**
   * The format that a model was trained on, told from marks in its chat template, which is not run.
   * Empty where the marks are those of no known format.
   *
   * @param template the template that the model's file carries
   * @param tokenizer the model's, which tells one generation of Mistral from another
   */
  public static Optional<ChatFormat> detect(String template, Tokenizer tokenizer) {
    return ChatFormats.detect(template, tokenizer);
  }

  /**
   * Tokens of a conversation's first turn.
   *
   * @param tokenizer the model's
   * @param system what the model is told before the conversation, or null
   * @param user what is said
   * @throws InvalidOptionException if the model lacks a token of this format
   */
  public int[] first(Tokenizer tokenizer, @Nullable String system, String user) {
    String layout = system == null ? first : firstWithSystem;
    return tokens(tokenizer, withBos(tokenizer, layout), system == null ? "" : system, user);
  }

  /**
   * Tokens of a later turn. They begin with what closes the answer before, which is taken to have
   * come without the token that ended it.
   *
   * @param tokenizer the model's
   * @param user what is said
   * @throws InvalidOptionException if the model lacks a token of this format
   */
  public int[] next(Tokenizer tokenizer, String user) {
    return tokens(tokenizer, next, "", user);
  }

  /**
   * How many tokens a conversation begins with before the user's first word: BOS, the system prompt
   * and the marks around it.
   *
   * @param tokenizer the model's
   * @param system what the model is told before the conversation
   * @throws InvalidOptionException if the model lacks a token of this format
   */
  public int systemTokens(Tokenizer tokenizer, String system) {
    String layout = withBos(tokenizer, firstWithSystem);
    return tokens(tokenizer, layout.substring(0, layout.indexOf(USER)), system, "").length;
  }

  /** Whether an answer ends with this token: as the model says, or as this format says. */
  public boolean ends(Tokenizer tokenizer, int token) {
    OptionalInt own =
        tokens.stream().filter(next::startsWith).findFirst().stream()
            .flatMapToInt(text -> tokenizer.special(text).stream())
            .findFirst();
    return tokenizer.ends(token) || own.isPresent() && own.getAsInt() == token;
  }

  /** A layout that does not say where BOS stands leaves it to the model. */
  private static String withBos(Tokenizer tokenizer, String layout) {
    return tokenizer.addsBos() && !layout.startsWith(BOS) ? BOS + layout : layout;
  }

  private int[] tokens(Tokenizer tokenizer, String layout, String system, String user) {
    List<int[]> parts = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < layout.length(); ) {
      String mark = markAt(layout, at);
      switch (mark) {
        case SYSTEM -> text.append(trims ? system.strip() : system);
        case USER -> text.append(trims ? user.strip() : user);
        case "" -> text.append(layout.charAt(at));
        default -> {
          parts.add(encode(tokenizer, text));
          parts.add(token(tokenizer, mark));
        }
      }
      at += Math.max(1, mark.length());
    }
    parts.add(encode(tokenizer, text));
    return parts.stream().flatMapToInt(java.util.Arrays::stream).toArray();
  }

  /** The placeholder or token that stands here, or nothing. */
  private String markAt(String layout, int at) {
    for (String mark : List.of(SYSTEM, USER, BOS, EOS)) {
      if (layout.startsWith(mark, at)) {
        return mark;
      }
    }
    for (String mark : tokens) {
      if (layout.startsWith(mark, at)) {
        return mark;
      }
    }
    return "";
  }

  /** Text between two tokens is encoded as a whole, as a tokenizer does with a rendered text. */
  private static int[] encode(Tokenizer tokenizer, StringBuilder text) {
    int[] ids = tokenizer.encode(text.toString());
    text.setLength(0);
    return ids;
  }

  private int[] token(Tokenizer tokenizer, String mark) {
    OptionalInt id =
        switch (mark) {
          case BOS -> tokenizer.bos();
          case EOS -> tokenizer.eos();
          default -> tokenizer.special(mark);
        };
    if (id.isEmpty() && !mark.equals(BOS)) {
      throw new InvalidOptionException(
          "chat",
          "the chat format "
              + name
              + " needs "
              + (mark.equals(EOS) ? "an EOS token" : "the token " + mark)
              + ", which this model lacks; choose another format with --chat: "
              + String.join(", ", names()));
    }
    return id.stream().toArray();
  }
}

package org.msrnn.eval.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.io.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What a judge answered.
 *
 * @param text the text, as it came; empty where it had none
 * @param first the likeliest tokens at the first place, where the judge gave them; else empty
 * @param promptTokens tokens of the question, as the judge counts; null where it did not say
 * @param newTokens tokens of the answer, likewise
 */
record ChatAnswer(
    String text, List<TokenChance> first, @Nullable Long promptTokens, @Nullable Long newTokens) {

  /** More than any server gives. */
  private static final int MOST_CHANCES = 100;

  /**
   * A token that may come.
   *
   * @param token its text
   * @param logprob its log-probability
   */
  record TokenChance(String token, double logprob) {}

  /**
   * Reads the body of an answer.
   *
   * @param body what should be a chat completion
   * @param clean takes out of a text what must not be kept
   * @return nothing if it is something else
   */
  static Optional<ChatAnswer> parse(String body, UnaryOperator<String> clean) {
    JsonNode root;
    try {
      root = Json.read(body, JsonNode.class);
    } catch (JacksonException e) {
      return Optional.empty();
    }
    JsonNode choice = root.path("choices").path(0);
    JsonNode message = choice.path("message");
    JsonNode content = message.path("content");
    boolean silent = message.isObject() && content.isNull();
    if (!content.isString() && !silent) {
      return Optional.empty();
    }
    JsonNode usage = root.path("usage");
    return Optional.of(
        new ChatAnswer(
            silent ? "" : clean.apply(content.stringValue()),
            chances(choice.path("logprobs").path("content").path(0).path("top_logprobs"), clean),
            count(usage.path("prompt_tokens")),
            count(usage.path("completion_tokens"))));
  }

  private static List<TokenChance> chances(JsonNode top, UnaryOperator<String> clean) {
    List<TokenChance> chances = new ArrayList<>();
    for (JsonNode one : top) {
      JsonNode token = one.path("token");
      JsonNode logprob = one.path("logprob");
      if (token.isString() && logprob.isNumber() && chances.size() < MOST_CHANCES) {
        chances.add(new TokenChance(clean.apply(token.stringValue()), logprob.doubleValue()));
      }
    }
    return List.copyOf(chances);
  }

  private static @Nullable Long count(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToLong() ? (Long) node.longValue() : null;
  }
}

package org.msrnn.eval.judge;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a judge is asked, as the body of a request to {@code chat/completions}.
 *
 * @param model the judge's model
 * @param messages the conversation, one or more messages
 * @param maxTokens the most tokens of the answer
 * @param topTokens of how many tokens the log-probability is asked for; 0 for none
 * @param seed seed of the judge's draws, for servers that heed it
 */
record ChatRequest(String model, List<Message> messages, int maxTokens, int topTokens, long seed) {

  /**
   * A message.
   *
   * @param role {@code system} or {@code user}
   * @param content its text
   */
  record Message(String role, String content) {
    static Message system(String content) {
      return new Message("system", content);
    }

    static Message user(String content) {
      return new Message("user", content);
    }

    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("role", role);
      json.put("content", content);
      return json;
    }
  }

  /** The body; always at temperature 0. */
  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", model);
    json.put("messages", messages.stream().map(Message::json).toList());
    json.put("temperature", 0);
    json.put("max_tokens", maxTokens);
    if (topTokens > 0) {
      json.put("logprobs", true);
      json.put("top_logprobs", topTokens);
    }
    json.put("seed", seed);
    return json;
  }
}

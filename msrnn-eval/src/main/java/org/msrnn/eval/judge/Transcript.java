package org.msrnn.eval.judge;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.io.Digest;
import org.msrnn.eval.io.Json;

/**
 * One request to a judge and what came of it, as {@code judge.jsonl} holds it. Nothing of HTTP is
 * in it, so that no header can be.
 *
 * @param key {@link #key}
 * @param status whether the request was answered or failed
 * @param format the format's name
 * @param model the judge's model
 * @param seed seed of the judge's draws
 * @param messages what the judge was asked
 * @param answer what it answered; null where the request failed
 * @param verdict what was read from the answer, for people: it is read anew from the answer at
 *     every use; null where there is none
 * @param error why the request failed
 * @param seconds how long it took
 * @param finished when, in UTC
 */
record Transcript(
    String key,
    String status,
    String format,
    String model,
    long seed,
    List<ChatRequest.Message> messages,
    @Nullable ChatAnswer answer,
    @Nullable Verdict verdict,
    @Nullable String error,
    double seconds,
    String finished) {
  static final String ANSWERED = "answered";
  static final String FAILED = "failed";

  /** Equal for equal requests: SHA-256 of the format's name and the whole request. */
  static String key(JudgeFormat format, ChatRequest request) {
    return Digest.sha256(format.name() + "\n" + Json.line(request.json()));
  }
}

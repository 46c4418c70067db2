package org.msrnn.eval.judge;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.judge.JudgeException.Reach;
import org.msrnn.eval.report.Numbers;

/**
 * Asks a judge over HTTP, any server that speaks OpenAI's {@code chat/completions}.
 *
 * <p>Status 429, 5xx and broken connections are tried again, after waits that double or that the
 * server asks for. Redirects are not followed, so that the key goes to no other host. Every wait, a
 * trickling body included, is bounded by {@link JudgeLimits}. Failures are {@link JudgeException}s
 * without a cause.
 */
public final class JudgeClient implements AutoCloseable {
  private static final int OK = 200;
  private static final int NO_ANSWER = 0;

  private final Endpoint endpoint;
  private final @Nullable Secret key;
  private final JudgeLimits limits;
  private final JudgeTime time;
  private final HttpClient http;

  /**
   * A client. It connects when it is first asked.
   *
   * @param endpoint where to
   * @param key the key, or null for a server that wants none
   */
  public JudgeClient(Endpoint endpoint, @Nullable Secret key, JudgeLimits limits, JudgeTime time) {
    this.endpoint = endpoint;
    this.key = key;
    this.limits = limits;
    this.time = time;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(limits.connect())
            .build();
  }

  /**
   * What one try came to.
   *
   * @param status of HTTP; 0 where there was none
   * @param body of the answer
   * @param retryAfter the wait that the server asks for
   * @param trouble why there is no status, in words
   * @param hopeless whether trying again cannot help
   */
  private record Try(
      int status, byte[] body, Optional<Duration> retryAfter, String trouble, boolean hopeless) {
    static Try broken(String trouble, boolean hopeless) {
      return new Try(NO_ANSWER, new byte[0], Optional.empty(), trouble, hopeless);
    }

    boolean mayPass() {
      return !hopeless && (status == NO_ANSWER || status == 429 || status >= 500);
    }

    String words() {
      return status == NO_ANSWER ? trouble : "status " + status;
    }
  }

  /**
   * Asks.
   *
   * @throws JudgeException if there is no answer, or something else than a chat completion
   */
  ChatAnswer ask(ChatRequest request) {
    String body = Json.line(request.json());
    long end = time.nanoTime() + limits.total().toNanos();
    for (int retry = 0; ; retry++) {
      long left = end - time.nanoTime();
      if (left <= 0) {
        throw outOfTime();
      }
      Try last = send(body, Math.min(left, limits.request().toNanos()));
      if (!last.mayPass()) {
        return answer(last);
      }
      if (retry == limits.retries()) {
        throw failure(Reach.EXHAUSTED, last.words() + ", after " + (retry + 1) + " tries");
      }
      Duration wait = last.retryAfter.orElse(limits.waitBefore(retry, time.jitter()));
      if (wait.compareTo(limits.longestAsked()) > 0) {
        throw failure(
            Reach.EVERYTHING,
            last.words()
                + ", and it asks to wait "
                + words(wait)
                + ", more than "
                + words(limits.longestAsked())
                + "; run the same command again later");
      }
      if (wait.toNanos() >= end - time.nanoTime()) {
        throw outOfTime();
      }
      sleep(wait);
    }
  }

  private static String words(Duration time) {
    return Numbers.seconds(time.toMillis() / 1e3);
  }

  private JudgeException outOfTime() {
    return failure(Reach.EXHAUSTED, "no answer within " + words(limits.total()));
  }

  private JudgeException failure(Reach reach, String words) {
    return new JudgeException(reach, "POST " + endpoint.host() + ": " + words);
  }

  private Try send(String body, long nanos) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint.chatCompletions())
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(BodyPublishers.ofString(body));
    if (key != null) {
      request.header("Authorization", key.authorization());
    }
    CompletableFuture<HttpResponse<byte[]>> response =
        http.sendAsync(request.build(), _ -> new LimitedBody(limits.bodyBytes()));
    try {
      HttpResponse<byte[]> done = response.get(nanos, TimeUnit.NANOSECONDS);
      Optional<Duration> wait =
          done.headers().firstValue("Retry-After").flatMap(h -> RetryAfter.parse(h, time.now()));
      return new Try(done.statusCode(), done.body(), wait, "", false);
    } catch (TimeoutException e) {
      return Try.broken("no answer in time", false);
    } catch (ExecutionException e) {
      boolean certificate = hasCertificateTrouble(e);
      return Try.broken(
          certificate ? "its certificate is not valid for this host" : "the connection failed",
          certificate);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(Reach.EVERYTHING, "interrupted");
    } finally {
      response.cancel(true); // closes the connection of what has not ended
    }
  }

  private static boolean hasCertificateTrouble(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return true;
      }
    }
    return false;
  }

  private void sleep(Duration wait) {
    try {
      time.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(Reach.EVERYTHING, "interrupted");
    }
  }

  /** The answer of a try that is the last in any case. */
  private ChatAnswer answer(Try last) {
    if (last.status != OK) {
      throw refused(last);
    }
    if (last.body.length > limits.bodyBytes()) {
      throw failure(
          Reach.REQUEST, "the answer is longer than " + Numbers.bytes(limits.bodyBytes()));
    }
    String body = new String(last.body, StandardCharsets.UTF_8);
    return ChatAnswer.parse(body, text -> key == null ? text : key.withoutKey(text))
        .orElseThrow(
            () ->
                failure(
                    Reach.REQUEST,
                    "the answer is not a chat completion, JSON with choices[0].message.content"));
  }

  private JudgeException refused(Try last) {
    Reach everything = Reach.EVERYTHING;
    return switch (last.status) {
      case NO_ANSWER -> failure(everything, last.trouble);
      case 401, 403 ->
          failure(
              everything,
              last.words() + ": the key is missing or wrong, or may not use this model");
      case 404, 405 ->
          failure(
              everything,
              last.words()
                  + ": there is no such --judge-model, or --url is not the part before"
                  + " /chat/completions");
      case 300, 301, 302, 303, 307, 308 ->
          failure(
              everything,
              last.words()
                  + ": a redirect, which is not followed so that the key goes to no other host;"
                  + " give the final address as --url");
      default -> failure(Reach.REQUEST, last.words());
    };
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}

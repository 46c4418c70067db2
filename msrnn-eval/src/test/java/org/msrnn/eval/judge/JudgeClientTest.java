package org.msrnn.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.eval.judge.JudgeException.Reach;
import org.msrnn.eval.judge.JudgeServer.Reply;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JudgeClientTest {
  private static final Map<String, Supplier<JudgeServer>> BAD = BadJudges.all();
  private static final ChatRequest REQUEST =
      new ChatRequest("judge-1", List.of(ChatRequest.Message.user("Which?")), 64, 5, 3);

  private final TestTime time = new TestTime(0.5);

  private JudgeClient client(JudgeServer server, @Nullable Secret key, JudgeLimits limits) {
    return new JudgeClient(Endpoint.parse("--url", server.url()), key, limits, time);
  }

  private JudgeException failure(JudgeServer server, JudgeLimits limits) {
    try (JudgeClient client = client(server, null, limits)) {
      return catchThrowableOfType(JudgeException.class, () -> client.ask(REQUEST));
    }
  }

  private static JudgeServer bad(String name) {
    return Objects.requireNonNull(BAD.get(name)).get();
  }

  @Test
  void asksAsTheProtocolSays(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("key");
    Files.writeString(file, "  sk-0123456789\n");
    Secret key = Secret.ofFile("--key-file", file);
    try (var server = JudgeServer.http((_, _) -> Reply.saying("(B) ü"));
        JudgeClient client = client(server, key, JudgeLimits.STANDARD)) {
      ChatAnswer answer = client.ask(REQUEST);

      assertThat(answer).isEqualTo(new ChatAnswer("(B) ü", List.of(), 17L, 3L));
      assertThat(server.seen().getFirst())
          .isEqualTo(
              new JudgeServer.Request(
                  "/v1/chat/completions",
                  "Bearer sk-0123456789",
                  Map.of(
                      "model", "judge-1",
                      "messages", List.of(Map.of("role", "user", "content", "Which?")),
                      "temperature", 0,
                      "max_tokens", 64,
                      "logprobs", true,
                      "top_logprobs", 5,
                      "seed", 3)));
    }
  }

  /** Tries, and how far the failure reaches: one row a behaviour. */
  @ParameterizedTest
  @CsvSource({
    "resets, 6, EXHAUSTED, 'the connection failed, after 6 tries'",
    "closes without a word, 6, EXHAUSTED, 'the connection failed, after 6 tries'",
    "200 without HTTP, 6, EXHAUSTED, 'the connection failed, after 6 tries'",
    "never answers, 6, EXHAUSTED, 'no answer in time, after 6 tries'",
    "hangs in the body, 6, EXHAUSTED, 'no answer in time, after 6 tries'",
    "one byte at a time, 6, EXHAUSTED, 'no answer in time, after 6 tries'",
    "429 at once, 6, EXHAUSTED, 'status 429, after 6 tries'",
    "429 in 5 s, 6, EXHAUSTED, 'status 429, after 6 tries'",
    "429 at a date, 6, EXHAUSTED, 'status 429, after 6 tries'",
    "429 some day, 6, EXHAUSTED, 'status 429, after 6 tries'",
    "500 for ever, 6, EXHAUSTED, 'status 500, after 6 tries'",
    "429 in 30 years, 1, EVERYTHING, 'status 429, and it asks to wait'",
    "429 after 10^30 s, 1, EVERYTHING, 'status 429, and it asks to wait'",
    "401, 1, EVERYTHING, 'status 401: the key is missing or wrong'",
    "403, 1, EVERYTHING, 'status 403: the key is missing or wrong'",
    "404, 1, EVERYTHING, 'status 404: there is no such --judge-model'",
    "redirect to itself, 1, EVERYTHING, 'status 307: a redirect, which is not followed'",
    "400, 1, REQUEST, status 400",
    "204, 1, REQUEST, status 204",
    "200 empty, 1, REQUEST, the answer is not a chat completion",
    "200 with HTML, 1, REQUEST, the answer is not a chat completion",
    "cut JSON, 1, REQUEST, the answer is not a chat completion",
    "JSON of another kind, 1, REQUEST, the answer is not a chat completion",
    "JSON array, 1, REQUEST, the answer is not a chat completion",
    "content is a number, 1, REQUEST, the answer is not a chat completion",
    "content is a list, 1, REQUEST, the answer is not a chat completion",
    "no choice, 1, REQUEST, the answer is not a chat completion",
    "deep JSON, 1, REQUEST, the answer is not a chat completion",
  })
  void failuresAreTriedAgainWhereItMayHelp(String name, int tries, Reach reach, String words) {
    try (JudgeServer server = bad(name)) {
      JudgeException failure = failure(server, BadJudges.limits(name));

      assertThat(failure).hasMessageContaining(words).hasNoCause();
      assertThat(failure.getMessage()).startsWith("POST localhost:").contains(": ");
      assertThat(failure.reach()).isEqualTo(reach);
      assertThat(server.requests()).isEqualTo(tries);
      assertThat(time.waits).hasSize(tries - 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"refuses", "hangs at connect"})
  void aServerThatCannotBeReachedIsTriedSixTimes(String name) {
    try (JudgeServer server = bad(name)) {
      JudgeException failure = failure(server, BadJudges.limits(name));

      assertThat(failure).hasMessageContaining("after 6 tries").hasNoCause();
      assertThat(failure.reach()).isEqualTo(Reach.EXHAUSTED);
      assertThat(time.waits).hasSize(5);
    }
  }

  @Test
  void waitsDoubleWithJitterUpToAMinute() {
    try (JudgeServer server = bad("500 for ever")) {
      failure(server, JudgeLimits.STANDARD);
    }
    assertThat(time.waits)
        .extracting(Duration::toMillis)
        .containsExactly(1_500L, 3_000L, 6_000L, 12_000L, 24_000L);
    assertThat(JudgeLimits.STANDARD.waitBefore(0, 0)).isEqualTo(Duration.ofSeconds(1));
    assertThat(JudgeLimits.STANDARD.waitBefore(5, 0.9)).isEqualTo(Duration.ofSeconds(60));
    assertThat(JudgeLimits.STANDARD.waitBefore(60, 0.9)).isEqualTo(Duration.ofSeconds(60));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "5, 5000",
    "300, 300000",
    "'Sun, 1 Mar 2026 12:00:07 GMT', 7000",
    "'Sun, 1 Mar 2026 11:00:00 GMT', 0",
    "soon, 1500",
    "-3, 1500",
    "1.5, 1500",
    "'', 1500",
  })
  void serverSaysHowLongToWait(String header, long millis) {
    try (var server =
            JudgeServer.http(
                (before, _) -> before == 0 ? Reply.busy(503, header) : Reply.saying("(A)"));
        JudgeClient client = client(server, null, JudgeLimits.STANDARD)) {
      assertThat(client.ask(REQUEST).text()).isEqualTo("(A)");
      assertThat(time.waits).extracting(Duration::toMillis).containsExactly(millis);
    }
  }

  @Test
  void moreThanFiveMinutesStopTheJudge() {
    try (JudgeServer server = BadJudges.always(Reply.busy(429, "301"))) {
      JudgeException failure = failure(server, JudgeLimits.STANDARD);

      assertThat(failure.reach()).isEqualTo(Reach.EVERYTHING);
      assertThat(failure).hasMessageContaining("5 min 01 s, more than 5 min 00 s");
      assertThat(time.waits).isEmpty();
    }
  }

  /** Five minutes twice, and ten minutes are over before the third try. */
  @Test
  void allTriesTogetherTakeTenMinutesAtMost() {
    try (JudgeServer server = BadJudges.always(Reply.busy(429, "300"))) {
      JudgeException failure = failure(server, JudgeLimits.STANDARD);

      assertThat(failure).hasMessageContaining("no answer within 10 min 00 s");
      assertThat(failure.reach()).isEqualTo(Reach.EXHAUSTED);
      assertThat(server.requests()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"10 GB body", "endless chunks"})
  void aFloodIsCutOffAfterAMebibyte(String name) {
    try (JudgeServer server = bad(name)) {
      JudgeException failure = failure(server, JudgeLimits.STANDARD);

      assertThat(failure).hasMessageContaining("the answer is longer than 1.00 MiB").hasNoCause();
      assertThat(failure.reach()).isEqualTo(Reach.REQUEST);
      assertThat(server.requests()).isEqualTo(1);
      assertThat(((JudgeServer.Raw) server).written.get()).isLessThan(100 << 20);
    }
  }

  @Test
  void anAnswerOfJustTheLimitIsRead() {
    String frame = Reply.saying("").body();
    for (int extra : new int[] {0, 1}) {
      int size = JudgeLimits.STANDARD.bodyBytes() - frame.length() + extra;
      try (var server = BadJudges.always(Reply.saying("x".repeat(size)));
          JudgeClient client = client(server, null, JudgeLimits.STANDARD)) {
        if (extra == 0) {
          assertThat(client.ask(REQUEST).text()).hasSize(size);
        } else {
          assertThat(failure(server, JudgeLimits.STANDARD))
              .hasMessageContaining("longer than 1.00 MiB");
        }
      }
    }
  }

  @Test
  void keyDoesNotFollowARedirectToAnotherHost() {
    for (int status : new int[] {301, 302, 303, 307, 308}) {
      try (var other = BadJudges.always(Reply.saying("(A)"));
          JudgeServer server =
              BadJudges.always(
                  new Reply(
                      status,
                      Map.of("Location", other.url().replace("localhost", "127.0.0.1") + "/x"),
                      ""))) {
        assertThat(failure(server, JudgeLimits.STANDARD).reach()).isEqualTo(Reach.EVERYTHING);
        assertThat(other.requests()).isZero();
      }
    }
  }

  @Test
  void certificateOfAnotherNameEndsIt() {
    try (JudgeServer server = bad("TLS with a wrong name")) {
      JudgeException failure = failure(server, JudgeLimits.STANDARD);

      assertThat(failure).hasMessageContaining("certificate is not valid for this host");
      assertThat(failure.reach()).isEqualTo(Reach.EVERYTHING);
      assertThat(server.requests()).isZero();
      assertThat(time.waits).isEmpty();
    }
  }

  @Test
  void anInterruptEndsIt() throws Exception {
    try (JudgeServer server = bad("never answers")) {
      JudgeException[] failure = new JudgeException[1];
      Thread asking =
          Thread.ofPlatform().start(() -> failure[0] = failure(server, JudgeLimits.STANDARD));
      while (server.requests() == 0) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      asking.interrupt();
      asking.join();

      assertThat(failure[0]).hasMessageContaining("interrupted");
      assertThat(failure[0].reach()).isEqualTo(Reach.EVERYTHING);
    }
  }
}

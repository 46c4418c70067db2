package org.msrnn.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.judge.JudgeServer.Reply;
import org.msrnn.eval.judge.PairResult.Outcome;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JudgingTest {
  private static final JudgeFormat PAPER = JudgeFormat.named("--format", "paper");
  private static final long SEED = 40;

  @TempDir Path folder;

  /** A fair judge: it likes the text with the word good in it, and says so of equal ones. */
  private static Reply fair(JudgeServer.Request request) {
    String asked = request.question();
    int second = asked.indexOf("- Response (B):");
    boolean first = asked.indexOf("good") >= 0 && asked.indexOf("good") < second;
    boolean other = asked.indexOf("good", second) >= 0;
    return Reply.saying(first == other ? "(C)" : first ? "(A)" : "(B)");
  }

  private List<PairResult> judge(String url, StoryPair... pairs) {
    try (Transcripts transcripts = Transcripts.open(folder, false);
        JudgeClient client =
            new JudgeClient(
                Endpoint.parse("--url", url), null, JudgeLimits.STANDARD, new TestTime(0.1))) {
      return judge(transcripts, client, pairs);
    }
  }

  private static List<PairResult> judge(
      Transcripts transcripts, @Nullable JudgeClient client, StoryPair... pairs) {
    Judging judging = new Judging(PAPER, "judge-1", SEED, transcripts, client);
    List<PairResult> results = new ArrayList<>();
    for (StoryPair pair : pairs) {
      results.add(judging.judge(pair));
    }
    judging.demandComplete();
    return results;
  }

  private List<PairResult> replay(StoryPair... pairs) {
    try (Transcripts transcripts = Transcripts.read(folder)) {
      return judge(transcripts, null, pairs);
    }
  }

  private List<String> records() {
    return Journal.read(folder.resolve("judge.jsonl"));
  }

  private static StoryPair[] pairs(int count) {
    return LongStream.range(0, count)
        .mapToObj(seed -> Stories.pair(seed, "plain " + seed, "good " + seed))
        .toArray(StoryPair[]::new);
  }

  @Test
  void eachPairIsAskedInBothOrders() {
    StoryPair[] pairs = {
      Stories.pair(1, "a good one", "a plain one"),
      Stories.pair(2, "the plain one", "the good one"),
      Stories.pair(3, "one plain one", "another plain one"),
    };
    try (var server = JudgeServer.http((_, request) -> fair(request))) {
      List<PairResult> results = judge(server.url(), pairs);

      assertThat(results)
          .containsExactly(
              new PairResult(1, Outcome.WIN, "first", "second", null),
              new PairResult(2, Outcome.LOSS, "second", "first", null),
              new PairResult(3, Outcome.TIE, "equal", "equal", null));
      assertThat(server.requests()).isEqualTo(6);
      assertThat(server.seen().getFirst().question())
          .contains("given the prompt:\nWrite a very long story")
          .containsSubsequence("- Response (A):\na good one", "- Response (B):\na plain one");
      assertThat(server.seen().get(1).question())
          .containsSubsequence("- Response (A):\na plain one", "- Response (B):\na good one");
      assertThat(server.seen().getFirst().question()).doesNotContain("###");
    }
  }

  @Test
  void aJudgeThatLikesAPlaceMakesTies() {
    try (var server = BadJudges.always(Reply.saying("(A)"))) {
      assertThat(judge(server.url(), pairs(2)))
          .extracting(PairResult::outcome)
          .containsOnly(Outcome.TIE);
    }
  }

  @Test
  void whatCannotDifferIsNotAsked() {
    StoryPair same = Stories.pair(1, "one text", "one text");
    StoryPair unfilled =
        new StoryPair(Stories.story(2, "short", false), Stories.story(2, "short", false));
    try (var server = JudgeServer.http((_, request) -> fair(request))) {
      assertThat(judge(server.url(), same, unfilled))
          .extracting(PairResult::outcome)
          .containsExactly(Outcome.IDENTICAL, Outcome.UNFILLED);
      assertThat(server.requests()).isZero();
    }
  }

  @Test
  void anAnswerWithoutAVerdictIsAskedForOnceMore() {
    try (var server =
        JudgeServer.http(
            (before, request) -> before == 0 ? Reply.saying("A or B") : fair(request))) {
      assertThat(judge(server.url(), pairs(1)))
          .extracting(PairResult::outcome)
          .containsExactly(Outcome.LOSS);
      assertThat(server.seen().stream().map(r -> String.valueOf(r.json().get("seed"))))
          .containsExactly("40", "41", "40");
    }
  }

  @Test
  void twoAnswersWithoutAVerdictAreMissingForGood() {
    try (var server = BadJudges.always(Reply.saying("A or B"))) {
      for (int run = 0; run < 2; run++) {
        assertThat(judge(server.url(), pairs(1)))
            .containsExactly(new PairResult(0, Outcome.MISSING, null, null, null));
        assertThat(server.requests()).as("the second order is not paid for").isEqualTo(2);
      }
    }
    assertThat(replay(pairs(1))).extracting(PairResult::outcome).containsExactly(Outcome.MISSING);
    assertThat(records()).hasSize(2).allMatch(r -> r.contains("\"text\":\"A or B\""));
    assertThat(records()).allMatch(r -> r.contains("\"verdict\":null"));
  }

  /** Two seeds may tell the same two stories. */
  @Test
  void theSameQuestionIsAskedOnce() {
    try (var server = JudgeServer.http((_, request) -> fair(request))) {
      assertThat(judge(server.url(), Stories.pair(1, "x", "good"), Stories.pair(2, "good", "x")))
          .extracting(PairResult::outcome)
          .containsExactly(Outcome.LOSS, Outcome.WIN);
      assertThat(server.requests()).isEqualTo(2);
    }
  }

  @Test
  void aSecondRunAsksForWhatIsMissingAlone() throws Exception {
    List<PairResult> first;
    try (var server = JudgeServer.http((_, request) -> fair(request))) {
      first = judge(server.url(), pairs(3));
      byte[] written = Files.readAllBytes(folder.resolve("judge.jsonl"));

      assertThat(judge(server.url(), pairs(3))).isEqualTo(first);
      assertThat(server.requests()).isEqualTo(6);
      assertThat(folder.resolve("judge.jsonl")).hasBinaryContent(written);
      assertThat(judge(server.url(), pairs(4))).startsWith(first.toArray(PairResult[]::new));
      assertThat(server.requests()).isEqualTo(8);
    }
    assertThat(replay(pairs(3))).isEqualTo(first);
  }

  @Test
  void aFailedRequestIsKeptAsFailedAndTriedByTheNextRun() {
    try (var server =
        JudgeServer.http((before, request) -> before == 1 ? Reply.of(400, "no") : fair(request))) {
      assertThat(judge(server.url(), pairs(2)))
          .extracting(PairResult::outcome)
          .containsExactly(Outcome.MISSING, Outcome.LOSS);
      assertThat(records()).hasSize(4);
      assertThat(records().get(1))
          .contains("\"status\":\"failed\"", "\"answer\":null", "status 400")
          .doesNotContain("no\"");
      assertThat(replay(pairs(2)))
          .extracting(PairResult::outcome)
          .containsExactly(Outcome.MISSING, Outcome.LOSS);

      assertThat(judge(server.url(), pairs(2)))
          .extracting(PairResult::outcome)
          .containsExactly(Outcome.LOSS, Outcome.LOSS);
      assertThat(server.requests()).isEqualTo(5);
    }
    assertThat(replay(pairs(2)))
        .extracting(PairResult::outcome)
        .containsExactly(Outcome.LOSS, Outcome.LOSS);
  }

  @Test
  void replayCountsWhatIsNotThere() {
    try (var server = JudgeServer.http((_, request) -> fair(request))) {
      judge(server.url(), pairs(2));
    }
    assertThatThrownBy(() -> replay(pairs(5)))
        .isInstanceOf(MsrnnException.class)
        .hasMessageStartingWith("3 answers are not in judge.jsonl");
    assertThatThrownBy(() -> replay(pairs(3))).hasMessageStartingWith("1 answer is not in");
  }

  @Test
  void anotherSeedModelOrFormatIsAnotherRequest() {
    ChatRequest request = new ChatRequest("m", List.of(ChatRequest.Message.user("Q")), 64, 0, SEED);
    String key = Transcript.key(PAPER, request);

    assertThat(
            List.of(
                Transcript.key(JudgeFormat.named("--format", "fastchat"), request),
                Transcript.key(PAPER, new ChatRequest("n", request.messages(), 64, 0, SEED)),
                Transcript.key(PAPER, new ChatRequest("m", request.messages(), 64, 0, SEED + 1)),
                Transcript.key(
                    PAPER,
                    new ChatRequest("m", List.of(ChatRequest.Message.user("R")), 64, 0, SEED))))
        .doesNotHaveDuplicates()
        .doesNotContain(key);
  }

  @Test
  void aRefusedKeyStopsTheJudgeAtOnce() {
    try (var server = BadJudges.always(Reply.of(401, "{}"))) {
      assertThatThrownBy(() -> judge(server.url(), pairs(9)))
          .isInstanceOf(JudgeException.class)
          .hasMessageContaining("status 401")
          .hasNoCause();
      assertThat(server.requests()).isEqualTo(1);
      assertThat(records()).hasSize(1).first().asString().contains("\"status\":\"failed\"");
    }
  }

  /** Three requests of six tries; what was answered before is kept. */
  @Test
  void aServerThatIsGoneStopsTheJudge() {
    try (var server =
        JudgeServer.http((before, request) -> before < 2 ? fair(request) : Reply.of(502, ""))) {
      assertThatThrownBy(() -> judge(server.url(), pairs(9)))
          .isInstanceOf(JudgeException.class)
          .hasMessageContaining("status 502, after 6 tries; 3 requests in a row failed so");
      assertThat(server.requests()).isEqualTo(2 + 3 * 6);
      assertThat(records()).hasSize(2 + 3);
    }
  }

  @Test
  void recordsOfAnotherKindAreNamed() {
    try (Journal journal = Journal.open(folder.resolve("judge.jsonl"))) {
      journal.append("{\"key\":7,\"status\":[]}");
    }
    assertThatThrownBy(() -> Transcripts.read(folder))
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("judge.jsonl, record 1 was written by another version");
    assertThatThrownBy(() -> Transcripts.open(folder, false)).hasMessageContaining("record 1");
    assertThatThrownBy(() -> Transcripts.open(folder, false))
        .as("the lock is given back")
        .hasMessageContaining("record 1");
  }
}

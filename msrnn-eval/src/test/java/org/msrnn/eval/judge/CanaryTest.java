package org.msrnn.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.eval.judge.JudgeServer.Reply;

/**
 * The key goes to the server that the user named and nowhere else, and no judge of any kind brings
 * a verdict about that it did not give (reliability.md, section 2.8, row 14).
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CanaryTest {
  private static final String CANARY = "sk-canary-7f3b5e9d1c";

  @TempDir Path folder;

  /** All that was logged, at every level, by anybody. */
  private static final class Log extends Handler implements AutoCloseable {
    private final StringBuffer text = new StringBuffer();
    private final Logger root = Logger.getLogger("");
    private final Level before = root.getLevel();

    Log() {
      setLevel(Level.ALL);
      setFormatter(new SimpleFormatter());
      root.setLevel(Level.ALL);
      root.addHandler(this);
    }

    @Override
    public void publish(LogRecord record) {
      text.append(getFormatter().format(record)).append(List.of(record.getMessage()));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      root.removeHandler(this);
      root.setLevel(before);
    }
  }

  @TestFactory
  Stream<DynamicTest> noJudgeGetsTheKeyWrittenOrAVerdictInvented() {
    return BadJudges.all().entrySet().stream()
        .map(bad -> DynamicTest.dynamicTest(bad.getKey(), () -> withCanary(bad)));
  }

  private void withCanary(Map.Entry<String, Supplier<JudgeServer>> bad) throws IOException {
    Path out = Files.createDirectory(folder.resolve("out " + bad.getKey().replace('/', '-')));
    StringBuilder said = new StringBuilder();
    try (Log log = new Log();
        JudgeServer server = bad.getValue().get()) {
      JudgeReport report = run(out, server, BadJudges.limits(bad.getKey()), said);
      said.append(log.text);
      if (report != null) {
        ContestFigures figures = report.contests().getFirst();
        assertThat(figures.judged()).isZero();
        assertThat(figures.missing()).isEqualTo(2);
        assertThat(figures.ranked()).isFalse();
        assertThat(report.text()).contains("not ranked: 2 of 2 missing", "rank nothing");
      }
    }
    Transcripts.read(out).close();
    assertThat(Files.readString(out.resolve("judge.jsonl"))).contains("\"verdict\":null");
    assertThat(Files.readString(out.resolve("judge.jsonl"))).doesNotContain("\"verdict\":{");
    assertNowhere(out, said.toString());
  }

  /** The report, or null where the judge stopped; what went wrong is added to what was said. */
  private @Nullable JudgeReport run(
      Path out, JudgeServer server, JudgeLimits limits, StringBuilder said) throws IOException {
    Path file = folder.resolve("key");
    Files.writeString(file, CANARY + "\n");
    Secret key = Secret.ofFile("--key-file", file);
    JudgeFormat format = JudgeFormat.named("--format", "paper");
    List<Contest> contests =
        List.of(
            new Contest(
                Stories.settings("tova", 64),
                Stories.settings("full", null),
                Stories.options(),
                List.of(Stories.pair(1, "a b", "c d"), Stories.pair(2, "e f", "g h")),
                0));
    try (Transcripts transcripts = Transcripts.open(out, false);
        JudgeClient client =
            new JudgeClient(Endpoint.parse("--url", server.url()), key, limits, new TestTime(0))) {
      said.append(client).append(key).append(transcripts);
      Judging judging = new Judging(format, "judge-1", 0, transcripts, client);
      JudgeReport report =
          JudgeReport.of(
              contests, judging, "judge-1", format, 0, (done, all, next) -> said.append(next));
      report.write(out);
      said.append(report).append(report.text()).append(judging);
      return report;
    } catch (JudgeException e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      said.append(trace).append(e).append(e.getMessage()).append(e.getLocalizedMessage());
      assertThat(e).hasNoCause().hasNoSuppressedExceptions();
      return null;
    }
  }

  private static void assertNowhere(Path out, String said) throws IOException {
    String base64 = Base64.getEncoder().encodeToString(("Bearer " + CANARY).getBytes());
    assertThat(said).doesNotContain(CANARY).doesNotContain(base64);
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertThat(bytes)
            .as(file.getFileName().toString())
            .doesNotContain(CANARY)
            .doesNotContain("sk-canary")
            .doesNotContain("Bearer " + CANARY)
            .doesNotContainIgnoringCase("authorization")
            .doesNotContain(base64);
      }
    }
  }

  /** That the search above would find it: the server does get the key, and a copy would show. */
  @Test
  void theKeyIsSentAndACopyWouldBeFound() throws IOException {
    Path out = Files.createDirectory(folder.resolve("good"));
    try (var server = JudgeServer.http((_, _) -> Reply.saying("(B)"))) {
      StringBuilder said = new StringBuilder();
      JudgeReport report = Objects.requireNonNull(run(out, server, JudgeLimits.STANDARD, said));

      assertThat(report.contests().getFirst().ties()).isEqualTo(2);
      assertThat(server.seen())
          .hasSize(4)
          .allMatch(request -> request.authorization().equals("Bearer " + CANARY));
      assertNowhere(out, said.toString());
      assertThat(out.resolve("judge.json")).exists();
      Files.writeString(out.resolve("copy"), "key=" + CANARY);
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> assertNowhere(out, ""))
          .isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void anAnswerThatRepeatsTheKeyIsKeptWithStars() throws IOException {
    Path out = Files.createDirectory(folder.resolve("echo"));
    try (var server =
        JudgeServer.http((_, r) -> Reply.saying("(A) " + r.authorization() + " is your key"))) {
      run(out, server, JudgeLimits.STANDARD, new StringBuilder());
    }
    assertThat(Files.readString(out.resolve("judge.jsonl")))
        .contains("(A) Bearer *** is your key")
        .doesNotContain(CANARY);
  }
}

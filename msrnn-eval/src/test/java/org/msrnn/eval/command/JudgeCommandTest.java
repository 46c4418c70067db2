package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.judge.BadJudges;
import org.msrnn.eval.judge.JudgeServer;
import org.msrnn.eval.judge.JudgeServer.Reply;

@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JudgeCommandTest {
  private static final String CANARY = "sk-canary-7f3b5e9d1c";

  @TempDir static Path folder;

  /** Stories of two seeds: two policies at a state that fills and one that does not, and full. */
  private static Path stories;

  private static Cli told;
  private static Path key;

  @BeforeAll
  static void tellOnce() throws IOException {
    stories = folder.resolve("stories");
    told = tell(stories);
    key = folder.resolve("key");
    Files.writeString(key, CANARY + "\n");
  }

  private static Cli tell(Path out) {
    return Cli.run(
        "stories",
        "--policies",
        "full,window,tova",
        "--states",
        "16,400",
        "--seeds",
        "2",
        "--max-new",
        "40",
        "--seed",
        "5",
        "--backend",
        "plain",
        "--out",
        out.toString());
  }

  /** A folder with the same stories and no answers. */
  private static Path copy(String name) throws IOException {
    Path copy = Files.createDirectory(folder.resolve(name));
    Files.copy(stories.resolve("journal.jsonl"), copy.resolve("journal.jsonl"));
    return copy;
  }

  private static Cli judge(Path out, String... more) {
    List<String> args =
        new ArrayList<>(List.of("judge", out.toString(), "--judge-model", "judge-1", "--trace"));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(String[]::new));
  }

  @Test
  void storiesAreCellsOfASweep() throws IOException {
    assertThat(told.code()).as(told.err()).isZero();
    assertThat(told.err()).contains("10 of 10 cells computed");
    assertThat(tell(stories).err()).contains("0 of 10 cells computed, 10 were there");
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(stories.resolve("results.csv"))) {
      assertThat(csv.stream())
          .hasSize(10)
          .allSatisfy(line -> assertThat(line.getField("task")).isEqualTo("story"))
          .extracting(line -> line.getField("item"))
          .containsOnly("seed 5", "seed 6");
    }
  }

  /** A judge that prefers what stands first: all ties, nothing missing. */
  @Test
  void tableJsonAndCsvSayTheSame() throws IOException {
    Path out = copy("ties");
    try (var server = BadJudges.always(Reply.saying("(A)"))) {
      Cli cli = judge(out, "--url", server.url(), "--key-file", key.toString());

      assertThat(cli.code()).as(cli.err()).isZero();
      assertThat(server.requests()).as("2 policies, 2 seeds, 2 orders").isEqualTo(8);
      assertThat(server.seen())
          .allMatch(request -> request.authorization().equals("Bearer " + CANARY));
      assertThat(cli.out())
          .contains("judge judge-1, format paper, both orders")
          .containsPattern("tova +16 +2 +0 +0 +0 +0\\.0 +100\\.0 +0\\.0 ")
          .containsPattern("tova +400 +0 +0 +0 +2 .* nothing to judge");
      assertThat(cli.err()).contains("8 requests sent, 0 failed");
      Map<?, ?> json = Json.read(Files.readString(out.resolve("judge.json")), Map.class);
      assertThat((List<?>) json.get("contests")).hasSize(4);
      try (CsvReader<NamedCsvRecord> csv =
          CsvReader.builder().ofNamedCsvRecord(out.resolve("judge.csv"))) {
        NamedCsvRecord first = csv.stream().findFirst().orElseThrow();
        assertThat(first.getField("policy")).isEqualTo("window");
        assertThat(first.getField("ties")).isEqualTo("2");
        assertThat(first.getField("winRateAdjusted")).isEqualTo("0.5");
        assertThat(first.getField("signTest")).isEqualTo("1.0");
        assertThat(first.getField("judge")).isEqualTo("judge-1");
      }
    }
  }

  @Test
  void replayAsksNobodyAndSaysTheSame() throws IOException {
    Path out = copy("replay");
    Cli asked;
    try (var server =
        JudgeServer.http((before, _) -> Reply.saying(before % 3 == 0 ? "(B)" : "(A)"))) {
      asked = judge(out, "--url", server.url(), "--limit", "1");
    }
    String figures = Files.readString(out.resolve("judge.json"));
    Files.delete(out.resolve("judge.json"));
    Cli replayed = judge(out, "--replay", "--limit", "1");

    assertThat(replayed.code()).as(replayed.err()).isZero();
    assertThat(replayed.out()).isEqualTo(asked.out());
    assertThat(out.resolve("judge.json")).hasContent(figures);
    assertThat(replayed.err()).contains("0 requests sent");
    Files.delete(out.resolve("judge.json"));
    Cli more = judge(out, "--replay");
    assertThat(more.code()).isEqualTo(1);
    assertThat(more.err()).contains("2 answers are not in judge.jsonl");
    assertThat(more.out()).isEmpty();
    assertThat(out.resolve("judge.json")).doesNotExist();
  }

  @Test
  void failedRequestsShowInTheTableAndTheExitCode() throws IOException {
    Path out = copy("failed");
    try (var server = BadJudges.always(Reply.of(400, ""))) {
      Cli cli = judge(out, "--url", server.url());

      assertThat(cli.code()).isEqualTo(1);
      assertThat(cli.out()).contains("not ranked: 2 of 2 missing", "these figures rank nothing");
      assertThat(cli.err()).contains("4 requests sent, 4 failed");
    }
    try (var server = BadJudges.always(Reply.saying("(C)"))) {
      assertThat(judge(out, "--url", server.url()).code()).isZero();
    }
  }

  /** Those that are over at once; the others are in the canary test of the library. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "400",
        "401",
        "404",
        "429 in 30 years",
        "200 with HTML",
        "cut JSON",
        "10 GB body",
        "verdict A or B",
        "redirect to itself",
        "TLS with a wrong name",
        "repeats the header as its answer",
        "repeats the header with 400",
        "repeats the header with 401",
      })
  void keyIsInNoOutputWhateverTheJudgeDoes(String name) throws IOException {
    Path out = copy("canary " + name);
    try (JudgeServer server = Objects.requireNonNull(BadJudges.all().get(name)).get()) {
      Cli cli = judge(out, "--url", server.url(), "--key-file", key.toString());

      assertThat(cli.out() + cli.err()).doesNotContain(CANARY).doesNotContain("canary-");
      assertThat(cli.err()).startsWith("msrnn: ");
    }
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(CANARY);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "two lines, 'holds a space, a line break'",
    "empty, is empty",
    "short, is too short",
  })
  void aBadKeyIsAUsageErrorThatDoesNotSayIt(String kind, String words) throws IOException {
    Path bad = folder.resolve("bad key");
    Files.writeString(
        bad,
        switch (kind) {
          case "two lines" -> CANARY + "\nX-Other: " + CANARY;
          case "empty" -> "\n";
          default -> "sk-can";
        });
    Cli cli = judge(stories, "--url", "http://localhost:9", "--key-file", bad.toString());

    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.err()).contains(words).doesNotContain("sk-can");
    assertThat(stories.resolve("judge.jsonl")).doesNotExist();
  }

  @Test
  void wrongUsageIsOneSentence() throws IOException {
    assertUsage("no judge was given: --url with its address");
    assertUsage("--url does not begin with http", "--url", "localhost:80");
    assertUsage("--url has a user", "--url", "https://me:" + CANARY + "@localhost/v1");
    assertUsage(
        "both name a key", "--url", "http://localhost", "--key-env", "A", "--key-file", "B");
    assertUsage(
        "there is none of the name given", "--url", "http://localhost", "--key-env", CANARY);
    assertUsage(
        "cannot be read: there is no such", "--url", "http://localhost", "--key-file", CANARY);
    assertUsage("format is 'coin', allowed is paper, fastchat, alpaca", "--format", "coin");
    assertUsage("limit is 0", "--limit", "0", "--replay");
    assertThat(Cli.run("judge", stories.toString()).code()).isEqualTo(2);
    assertThat(Cli.run("stories", "--seeds", "0").code()).isEqualTo(2);
  }

  private static void assertUsage(String words, String... args) {
    Cli cli = judge(stories, args);
    assertThat(cli.code()).as(words).isEqualTo(2);
    assertThat(cli.err()).contains(words).doesNotContain(CANARY);
    assertThat(cli.out()).isEmpty();
  }

  @Test
  void aFolderWithoutStoriesOrToplineIsASentence() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Files.createFile(empty.resolve("journal.jsonl"));
    assertFails(empty, "holds no stories; msrnn stories --out");

    Path lonely = Files.createDirectory(folder.resolve("lonely"));
    List<String> lines = Files.readAllLines(stories.resolve("journal.jsonl"));
    Files.write(
        lonely.resolve("journal.jsonl"),
        lines.stream().filter(line -> line.contains("\"policy\":\"tova\"")).toList());
    assertFails(lonely, "holds no story of a bounded state with one of all states beside it");
    assertFails(copy("unasked"), "cannot read the journal", "judge.jsonl");
  }

  private static void assertFails(Path folder, String... words) {
    Cli cli = judge(folder, "--replay");
    assertThat(cli.code()).isEqualTo(1);
    assertThat(cli.err()).contains(words);
    assertThat(cli.out()).isEmpty();
  }
}

package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.eval.io.Json;

/** {@code generate --save-state} and {@code --load-state}, on the bundled model. */
class SavedStateTest {
  private static final String PROMPT =
      "The old captain stood on the deck and looked at the sea. It was a dark night.";

  @TempDir Path folder;

  private static Cli generate(String settings, String... more) {
    List<String> args = new ArrayList<>(List.of("generate"));
    args.addAll(settings.isEmpty() ? List.of() : List.of(settings.split(" ")));
    Collections.addAll(args, more);
    return Cli.run(args.toArray(String[]::new));
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  @SuppressWarnings("unchecked")
  private static List<Integer> ids(Cli cli) {
    assertThat(cli.code()).as(cli.err()).isZero();
    return (List<Integer>) Objects.requireNonNull(cli.json().get("ids"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--policy tova --state 9",
        "--policy tova --state 1/128 --regime whole --kv q8_0",
        "--policy h2o:recent=3 --state 9 --regime chunked:5 --kv bf16 --temp 0.9 --seed 3",
        "--policy window+2 --state 8 --positions in-cache --kv f16",
        "--policy random+sinks:3 --state 7 --seed 11 --repeat-penalty 1.4 --temp 0.6",
        "--policy tova:granularity=kv-head --state 6 --positions in-cache --regime whole",
      })
  void oneGoIsTheSameAsSavingLoadingAndGoingOn(String settings) {
    List<Integer> whole = ids(generate(settings, "-p", PROMPT, "-n", "17", "--json"));

    String sampling = settings.replaceAll("--(policy|state|regime|kv|seed|positions) \\S+ ?", "");
    List<Integer> parts = new ArrayList<>();
    parts.addAll(
        ids(generate(settings, "-p", PROMPT, "-n", "5", "--json", "--save-state", file("a"))));
    parts.addAll(
        ids(
            generate(
                sampling,
                "-n",
                "4",
                "--json",
                "--load-state",
                file("a"),
                "--save-state",
                file("a"))));
    parts.addAll(ids(generate(sampling, "-n", "8", "--json", "--load-state", file("a"))));

    assertThat(parts).isEqualTo(whole);
  }

  @Test
  void aSavedPromptIsTheSameAsOneThatIsGoneOnWithAtOnce() {
    String settings = "--policy tova --state 9 --regime whole";
    List<Integer> whole = ids(generate(settings, "-p", PROMPT, "-n", "6", "--json"));
    Cli saved = generate(settings, "-p", PROMPT, "-n", "0", "--save-state", file("s"));

    assertThat(saved.code()).isZero();
    assertThat(saved.out()).isEmpty();
    assertThat(saved.err()).contains("saved " + file("s")).contains("at most 9 states a layer");
    assertThat(ids(generate("", "--load-state", file("s"), "-n", "6", "--json"))).isEqualTo(whole);
  }

  @Test
  void aDocumentAnswersManyQuestionsFromForks() {
    String document = file("document");
    generate("--policy tova --state 16", "-p", PROMPT, "-n", "0", "--save-state", document);
    String[] questions = {" Who stood there?", " Where was he?", " Who stood there?"};
    Cli all =
        Cli.run(
            "generate",
            "--load-state",
            document,
            "-n",
            "5",
            "--json",
            "-p",
            questions[0],
            "-p",
            questions[1],
            "-p",
            questions[2]);

    assertThat(all.code()).as(all.err()).isZero();
    List<?> answers = Json.read(all.out(), List.class);
    assertThat(answers).hasSize(3);
    for (int i = 0; i < 3; i++) {
      Map<?, ?> answer = (Map<?, ?>) answers.get(i);
      List<Integer> alone =
          ids(
              Cli.run(
                  "generate", "--load-state", document, "-n", "5", "--json", "-p", questions[i]));
      assertThat(answer.get("ids")).as("question %d", i).isEqualTo(alone);
      assertThat(answer.get("peakStates")).isEqualTo(16);
    }
    Cli one = Cli.run("generate", "--load-state", document, "--json", "-n", "1", "-p", "Why?");
    assertThat(((Number) Objects.requireNonNull(one.json().get("promptTokens"))).intValue())
        .as("no BOS in the middle of a text")
        .isLessThan(
            ((Number)
                    Objects.requireNonNull(
                        Cli.run("generate", "--json", "-n", "1", "-p", "Why?")
                            .json()
                            .get("promptTokens")))
                .intValue());
  }

  @Test
  void severalPromptsAreAnsweredEachForItself() {
    Cli both = Cli.run("generate", "-n", "4", "-p", "It was", "-p", "The sea");

    assertThat(both.out())
        .isEqualTo(
            Cli.run("generate", "-n", "4", "-p", "It was").out()
                + Cli.run("generate", "-n", "4", "-p", "The sea").out());
  }

  @Test
  void optionsThatDifferFromTheFileAreRefusedWithBothValues() {
    String settings = "--policy tova:sinks=2 --state 1/128 --kv f16 --seed 4";
    generate(settings, "-p", PROMPT, "-n", "1", "--save-state", file("s"));
    Map<String, String> wrong =
        Map.of(
            "--policy", "tova",
            "--state", "17",
            "--kv", "bf16",
            "--seed", "5",
            "--regime", "whole",
            "--positions", "in-cache");
    Map<String, String> saved =
        Map.of(
            "--policy", "tova:sinks=2",
            "--state", "1/128",
            "--kv", "f16",
            "--seed", "4",
            "--regime", "stepwise",
            "--positions", "original");
    wrong.forEach(
        (option, value) -> {
          Cli cli = generate("", "--load-state", file("s"), "-n", "1", option, value);
          assertThat(cli.code()).as(option).isEqualTo(2);
          assertThat(cli.err())
              .contains(option + " is " + value)
              .contains(file("s") + " was saved with " + saved.get(option))
              .hasLineCount(1);
        });
    Cli same =
        generate(
            "--policy tova+2 --state 16 --kv F16 --seed 4 --regime stepwise --budgets uniform",
            "--load-state",
            file("s"),
            "-n",
            "1");
    assertThat(same.code()).as(same.err()).isZero();
  }

  @Test
  void theOldFileStaysWhereTheNewOneCannotBeWritten() throws IOException {
    Path old = folder.resolve("old");
    Files.writeString(old, "precious");
    Cli failed =
        Cli.run("generate", "-p", "x", "-n", "0", "-m", "nowhere", "--save-state", old + "");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(old).hasContent("precious");

    assertSentence(generate("", "-p", "x", "--save-state", folder.toString()), "it is a folder");
    assertSentence(generate("", "-p", "x", "--save-state", file("no/s")), "there is no folder");
    Path fifo = Path.of("/dev/null");
    if (Files.exists(fifo)) {
      assertSentence(generate("", "-p", "x", "--save-state", "/dev/null"), "it is not a file");
    }
    assertSentence(generate("", "--load-state", folder.toString()), "it is not a file");
    assertSentence(generate("", "--load-state", file("none")), "there is no such file");
    try (var files = Files.list(folder)) {
      assertThat(files).as("no part is left behind").containsExactly(old);
    }
  }

  @Test
  void aSavedFileReplacesAnOldOneAndLinksStayLinks() throws IOException {
    Path old = Files.writeString(folder.resolve("old"), "x");
    Path link = Files.createSymbolicLink(folder.resolve("link"), old);
    generate("", "-p", "x", "-n", "0", "--save-state", link.toString());

    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(generate("", "--load-state", old.toString(), "-n", "1").code()).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(old))).startsWith("rw");
  }

  @Test
  void wrongUsageIsOneSentence() {
    assertSentence(generate("", "-n", "3"), "no prompt was given");
    assertSentence(generate("", "-p", "x", "-n", "0"), "-n is 0, allowed is 1 or more tokens");
    assertSentence(
        generate("", "-p", "x", "-p", "y", "--save-state", file("s")), "goes with one prompt");
    assertSentence(generate("", "-p", "-", "-p", "-"), "standard input is read once");
    assertThat(generate("", "-n", "3").code()).isEqualTo(2);
  }

  @Test
  void aForeignFileIsNamed() throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "just a text that is long enough");
    assertSentence(
        generate("", "--load-state", text.toString()),
        text + ": this is not a file of generate --save-state");
  }

  private static void assertSentence(Cli cli, String part) {
    assertThat(cli.code()).isIn(1, 2);
    assertThat(cli.err()).contains(part).hasLineCount(1).doesNotContain("Exception");
    assertThat(cli.out()).isEmpty();
  }
}

package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.core.chat.ChatFormat;
import org.msrnn.eval.io.Json;

/** {@code msrnn chat} on the bundled model, over a pipe. */
class ChatCommandTest {
  private static final String TURNS =
      "Once there was a girl called Anna.\nWhat did she see?\nGood night.\n";

  @TempDir Path folder;

  private static Cli chat(String input, String... options) {
    return Cli.runWithInput(
        input,
        Stream.concat(Stream.of("chat", "-n", "8"), Stream.of(options)).toArray(String[]::new));
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> turns(Cli cli) {
    assertThat(cli.code()).as(cli.err()).isZero();
    return cli.out().lines().map(line -> (Map<String, Object>) Json.read(line, Map.class)).toList();
  }

  private static List<Object> texts(Cli cli) {
    return turns(cli).stream().map(turn -> turn.get("text")).toList();
  }

  private static long number(Map<String, Object> turn, String field) {
    return ((Number) Objects.requireNonNull(turn.get(field), field)).longValue();
  }

  @Test
  void aLineIsATurnAndTheSeedDecidesTheAnswers() {
    Cli cli = chat(TURNS, "--json", "--seed", "5");
    List<Map<String, Object>> turns = turns(cli);

    assertThat(turns)
        .extracting(turn -> turn.get("user"))
        .containsExactly(TURNS.split("\n")[0], TURNS.split("\n")[1], TURNS.split("\n")[2]);
    assertThat(turns.getFirst())
        .containsKeys("text", "tokens", "stateBytes", "evictions", "settings", "stop", "seconds")
        .containsEntry("chat", "plain")
        .containsEntry("temperature", 0.7)
        .containsEntry("newTokens", 8);
    assertThat(texts(chat(TURNS, "--json", "--seed", "5"))).isEqualTo(texts(cli));
    assertThat(texts(chat(TURNS, "--json", "--seed", "6"))).isNotEqualTo(texts(cli));
    String printed =
        texts(cli).stream()
            .map(text -> text + System.lineSeparator())
            .collect(Collectors.joining());
    assertThat(chat(TURNS, "--seed", "5").out()).isEqualTo(printed);
  }

  @Test
  void eachTurnFeedsItsOwnTokensAlone() {
    long before = 0;
    for (Map<String, Object> turn : turns(chat(TURNS, "--json"))) {
      long tokens = number(turn, "tokens");
      long prompt = number(turn, "promptTokens");
      assertThat(tokens - before).isEqualTo(prompt + 8);
      assertThat(prompt).isLessThan(20);
      before = tokens;
    }
  }

  @Test
  void memoryIsConstantHoweverLongOneTalks() {
    String input =
        IntStream.range(0, 200).mapToObj(i -> "Turn " + i + "\n").collect(Collectors.joining());
    List<Map<String, Object>> turns = turns(chat(input, "--json", "--state", "64"));

    assertThat(turns).hasSize(200);
    assertThat(turns.subList(10, 200))
        .extracting(
            turn -> List.of(turn.get("states"), turn.get("peakStates"), turn.get("stateBytes")))
        .containsOnly(List.of(64, 64, 64 * 6 * 2 * 3 * 32 * 4));
  }

  @Test
  void theDefaultStateIsBoundedAndItsPositionsAreInTheCache() {
    assertThat(turns(chat("Hi\n", "--json")).getFirst())
        .extracting("settings")
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry("policy", "tova")
        .containsEntry("state", 512)
        .containsEntry("positions", "in-cache");
  }

  @Test
  void resetForgetsEverything() {
    Cli cli = chat("Anna came.\nWhy?\n/reset\nAnna came.\n", "--json");
    List<Object> texts = texts(cli);

    assertThat(texts.get(2)).isEqualTo(texts.get(0));
    assertThat(turns(cli).get(2)).containsEntry("tokens", turns(cli).get(0).get("tokens"));
    assertThat(cli.err()).contains("msrnn: everything is forgotten");
  }

  @Test
  void aLoadedStateGoesOnAsTheSavedOneWould() {
    Path file = folder.resolve("anna.state");
    String begin = "Anna came.\nShe said no.\n";
    Cli saved = chat(begin + "/save " + file + "\nWhy?\n", "--json", "--state", "16");
    Cli loaded = chat("Other words\n/load " + file + "\nWhy?\n", "--json", "--state", "16");

    assertThat(texts(loaded).getLast()).isEqualTo(texts(saved).getLast());
    assertThat(turns(loaded).getLast())
        .containsEntry("tokens", turns(saved).getLast().get("tokens"))
        .containsEntry("evictions", turns(saved).getLast().get("evictions"));
    assertThat(folder.toFile().list()).containsExactly("anna.state");
    Cli other = chat("/load " + file + "\nWhy?\n", "--state", "17");
    assertThat(other.code()).isZero();
    assertThat(other.err()).contains("the saved state is of (").doesNotContain("read from");
  }

  @Test
  void whatACommandCannotDoIsOneSentenceAndTheConversationGoesOn() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken"), "no state");
    for (String command :
        List.of(
            "/nix",
            "/save",
            "/load",
            "/load " + folder.resolve("none"),
            "/load " + folder,
            "/load " + broken,
            "/load a\0b",
            "/save " + folder.resolve("none/below"),
            "/save " + folder)) {
      String turn = "Anna came.\n";
      Cli cli = chat(turn + command + "\n" + turn, "--json");

      assertThat(texts(cli)).as(command).isEqualTo(texts(chat(turn + turn, "--json")));
      assertThat(cli.err().lines().filter(l -> !l.contains("note: ") && !l.contains("tokens/s")))
          .as(command)
          .singleElement()
          .asString()
          .startsWith("msrnn: ")
          .doesNotContain("Exception");
    }
  }

  @Test
  void commandsAreNoTurnsAndTwoSlashesAreOne() {
    Cli cli = chat("\n/help\n/state\n  \n//state\n/quit\nnever\n", "--json");

    assertThat(turns(cli)).singleElement().extracting("user").isEqualTo("/state");
    assertThat(cli.err())
        .contains("/save FILE", "msrnn: state 0 of 512, 0 B, 0 evictions")
        .containsPattern("msrnn: state [0-9]+ of 512, .* KiB, 0 evictions, [0-9]+ tokens/s");
  }

  @Test
  void theSystemPromptComesFirstAndCanBeKept() {
    Cli without = chat("Hi\n", "--json");
    Cli with = chat("Hi\n", "--json", "--system", "A tale of Anna.", "--keep-system");
    Map<String, Object> turn = turns(with).getFirst();

    assertThat(turn).containsEntry("system", "A tale of Anna.");
    assertThat(number(turn, "promptTokens"))
        .isGreaterThan(number(turns(without).getFirst(), "promptTokens"));
    assertThat(String.valueOf(turn.get("settings"))).containsPattern("policy=tova\\+[0-9]");
  }

  @Test
  void anotherFormatIsChosenByName() {
    Cli cli = chat("Hi\n", "--json", "--chat", "alpaca", "--stop", "e");

    assertThat(cli.err()).doesNotContain("note:");
    assertThat(turns(cli).getFirst())
        .containsEntry("chat", "alpaca")
        .containsEntry("stopped", true);
    assertThat((String) turns(cli).getFirst().get("text")).doesNotContain("e");
    assertThat(Cli.run("chat", "--help").out()).contains(ChatFormat.names());
  }

  @Test
  void inputThatIsNoTextFails() {
    Console console =
        new Console(
            new java.io.ByteArrayInputStream(new byte[] {'a', (byte) 0xff, '\n'}),
            new java.io.PrintWriter(java.io.Writer.nullWriter()),
            new java.io.PrintWriter(java.io.Writer.nullWriter()),
            false,
            false);

    assertThat(MsrnnCommand.run(console, "chat")).isEqualTo(1);
    assertThat(chat("").code()).isZero();
  }
}

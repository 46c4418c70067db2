package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.eval.bundled.BundledText;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.metric.TextSize;

/** The commands end to end on the bundled model, in this process. */
class CommandTest {
  @TempDir Path folder;

  private String story(int characters) throws IOException {
    Path file = folder.resolve("story.txt");
    Files.writeString(file, BundledText.story().substring(0, characters));
    return file.toString();
  }

  private static double number(Map<String, Object> json, String field) {
    return ((Number) Objects.requireNonNull(json.get(field), field)).doubleValue();
  }

  @Test
  void perplexityJsonHasTheFieldsOfTheDesign() throws IOException {
    Map<String, Object> json =
        Cli.run("perplexity", story(600), "--policy", "window+4", "--state", "16", "--json").json();

    assertThat(json)
        .containsKeys(
            "policy",
            "state",
            "regime",
            "positions",
            "granularity",
            "backend",
            "model",
            "tokens",
            "nll",
            "perplexity",
            "perplexityAfterState",
            "wordPerplexity",
            "bytePerplexity",
            "bitsPerCharacter",
            "peakStates",
            "stateBytes",
            "seconds",
            "seed",
            "version",
            "chunk",
            "storage",
            "modelDigest")
        .containsEntry("policy", "window+4")
        .containsEntry("state", 16)
        .containsEntry("peakStates", 16)
        .containsEntry("regime", "stepwise")
        .containsEntry("granularity", "layer")
        .containsEntry("model", "bookworm")
        .containsEntry("chunk", 4096)
        .containsEntry("stateBytes", 16 * 6 * 2 * 3 * 32 * 4);
    TextSize size = TextSize.of(BundledText.story().substring(0, 600));
    double nll = number(json, "nll");
    assertThat(number(json, "perplexity"))
        .isCloseTo(Math.exp(nll / number(json, "tokens")), within(1e-9));
    assertThat(number(json, "wordPerplexity"))
        .isCloseTo(Math.exp(nll / size.words()), within(1e-6));
    assertThat(number(json, "bitsPerCharacter"))
        .isCloseTo(nll / Math.log(2) / size.characters(), within(1e-12));
  }

  @Test
  void unboundedPolicyHasNoState() throws IOException {
    Map<String, Object> json = Cli.run("perplexity", story(300), "--json").json();

    assertThat(json).containsEntry("state", null).containsEntry("perplexityAfterState", null);
    assertThat(number(json, "peakStates")).isEqualTo(number(json, "tokens"));
  }

  @Test
  void stateThatNeverFillsChangesNothing() throws IOException {
    String text = story(400);
    double full = number(Cli.run("perplexity", text, "--json").json(), "nll");
    for (String policy : List.of("tova", "h2o", "window")) {
      Cli cli = Cli.run("perplexity", text, "--policy", policy, "--state", "1/2", "--json");

      assertThat(number(cli.json(), "nll")).as(policy).isCloseTo(full, within(1e-4 * full));
      assertThat(cli.json()).containsEntry("state", 1024).containsEntry("evictions", 0);
    }
  }

  private record Line(String document, long position, int token, double nll, long states) {}

  @Test
  void perTokenLinesAddUpToTheResult() throws IOException {
    Path lines = folder.resolve("tokens.jsonl");
    Map<String, Object> json =
        Cli.run(
                "perplexity",
                story(900),
                "--policy",
                "tova",
                "--state",
                "16",
                "--chunk",
                "100",
                "--limit",
                "130",
                "--per-token",
                lines.toString(),
                "--json")
            .json();

    List<Line> read = new ArrayList<>();
    Files.readAllLines(lines).forEach(line -> read.add(Json.read(line, Line.class)));
    assertThat(read).hasSize(130).hasSize((int) number(json, "tokens"));
    assertThat(read.stream().mapToDouble(Line::nll).sum())
        .isCloseTo(number(json, "nll"), within(1e-9));
    assertThat(read.stream().map(Line::position).distinct()).hasSize(130);
    assertThat(read.getFirst().position()).isEqualTo(1);
    assertThat(read.stream().map(Line::states).limit(18)).last().isEqualTo(16L);
    assertThat(read.get(100).states()).as("the second stream begins empty").isEqualTo(1);
    double after =
        read.stream()
            .filter(l -> (l.position() - 1) % 100 >= 16)
            .mapToDouble(Line::nll)
            .average()
            .orElseThrow();
    assertThat(number(json, "perplexityAfterState")).isCloseTo(Math.exp(after), within(1e-9));
  }

  @Test
  void tokensFileIsTheWholeStreamAndNeedsNoText() throws IOException {
    Path ids = folder.resolve("ids.json");
    Files.writeString(ids, "[0, 500, 600, 700, 800]");
    Map<String, Object> json = Cli.run("perplexity", "--tokens", ids.toString(), "--json").json();

    assertThat(json)
        .containsEntry("tokens", 4)
        .containsEntry("chunk", null)
        .containsEntry("bos", false)
        .containsEntry("wordPerplexity", null);
  }

  @Test
  void severalDocumentsWeighByTheirTokens() throws IOException {
    String one = story(500);
    Path two = folder.resolve("two.txt");
    Files.writeString(two, "It was a dark night.");
    Map<String, Object> json = Cli.run("perplexity", one, two.toString(), "--json").json();

    @SuppressWarnings("unchecked")
    var documents = (List<Map<String, Object>>) Objects.requireNonNull(json.get("documents"));
    assertThat(documents)
        .extracting(d -> d.get("document"))
        .containsExactly("story.txt", "two.txt");
    assertThat(documents.stream().mapToDouble(d -> number(d, "nll")).sum())
        .isCloseTo(number(json, "nll"), within(1e-9));
    assertThat(Cli.run("perplexity", one, two.toString()).out()).contains("\nall ");
  }

  @Test
  void regimesThatKeepOtherStatesGiveOtherFigures() throws IOException {
    String text = story(800);
    List<Double> nll = new ArrayList<>();
    for (String regime : List.of("stepwise", "chunked:32", "whole")) {
      Map<String, Object> json =
          Cli.run(
                  "perplexity",
                  text,
                  "--policy",
                  "tova",
                  "--state",
                  "8",
                  "--regime",
                  regime,
                  "--json")
              .json();
      assertThat(json).containsEntry("regime", regime);
      nll.add(number(json, "nll"));
    }
    assertThat(nll).doesNotHaveDuplicates();
  }

  @Test
  void generationIsReproducibleAndBounded() {
    String[] args = {
      "generate", "-p", "The old captain", "-n", "24", "--policy", "tova", "--state", "8",
      "--temp", "0.9", "--top-p", "0.9", "--seed", "4", "--json", "--backend", "plain"
    };
    Map<String, Object> first = Cli.run(args).json();
    Map<String, Object> second = Cli.run(args).json();

    assertThat(second.get("ids")).isEqualTo(first.get("ids"));
    assertThat(first).containsEntry("peakStates", 8).containsEntry("newTokens", 24);
    args[14] = "5";
    assertThat(Cli.run(args).json().get("ids")).isNotEqualTo(first.get("ids"));
  }

  @Test
  void generateStreamsTextAndReportsOnStandardError() {
    Cli typed = Cli.run("generate", "-p", "It was a", "-n", "8", "--stats");
    Cli piped = Cli.runWithInput("It was a", "generate", "-p", "-", "-n", "8");

    assertThat(typed.code()).isZero();
    assertThat(typed.out()).isNotBlank().isEqualTo(piped.out());
    assertThat(typed.err()).contains("tokens/s").contains("evictions");
    assertThat(piped.err()).isEmpty();
  }

  @Test
  void inspectShowsWhatStatesCost() {
    Cli human = Cli.run("inspect");
    Map<String, Object> json = Cli.run("inspect", "--json").json();

    assertThat(human.out())
        .contains("87.5 %")
        .contains("byte-level BPE, 4,096 tokens")
        .contains("2,048 (full)");
    assertThat(json).containsEntry("format", "GGUF 3").containsEntry("problems", List.of());
    assertThat(json).containsEntry("tokenizer", "byte-level BPE").containsEntry("chat", null);
    assertThat(json.get("model")).asString().contains("layers=6").contains("kvHeads=3");
    assertThat((List<?>) json.get("tensors")).hasSize(56);
  }

  @Test
  void policiesAndBackendsSayWhatWasFound() {
    assertThat(Cli.run("policies").out()).contains("tova").contains("org.msrnn.policies");
    assertThat(Cli.run("policies", "--json").json()).containsKeys("policies", "refused");
    assertThat(Cli.run("backends").out()).contains("plain").contains("org.msrnn.core");
    assertThat(Cli.run("backends", "--json").json()).containsKeys("backends", "refused");
  }

  @Test
  void brokenPluginIsReportedAndHarmless() throws IOException {
    Path plugins = Files.createDirectory(folder.resolve("plugins"));
    Files.writeString(plugins.resolve("broken.jar"), "this is no jar");
    Cli cli = Cli.run("policies", "--plugins", plugins.toString());

    assertThat(cli.code()).isZero();
    assertThat(cli.out()).contains("broken.jar").contains("tova");
  }

  @Test
  void numbersDoNotDependOnTheLocale() throws IOException {
    String text = story(300);
    Locale before = Locale.getDefault();
    try {
      String expected = firstLines(Cli.run("perplexity", text).out());
      for (String tag : List.of("de-DE", "tr-TR", "ar-EG-u-nu-arab")) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        assertThat(firstLines(Cli.run("perplexity", text).out())).as(tag).isEqualTo(expected);
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  private static String firstLines(String out) {
    return String.join("\n", out.lines().limit(2).toList());
  }

  @Test
  void generationEndsBeforeAStopStringAndSaysHowItDrew() {
    String[] given = {"generate", "-p", "It was a dark night", "-n", "40", "--temp", "0.8"};
    String whole =
        (String) Objects.requireNonNull(Cli.run(with(given, "--json")).json().get("text"));
    String stop = whole.substring(20, 24);
    Map<String, Object> json =
        Cli.run(with(given, "--stop", stop, "--stop", "\u0001never", "--json")).json();

    assertThat(json)
        .containsEntry("text", whole.substring(0, whole.indexOf(stop)))
        .containsEntry("stopped", true)
        .containsEntry("ended", false)
        .containsEntry("stop", List.of(stop, "\u0001never"))
        .containsEntry("temperature", 0.8)
        .containsEntry("topK", 0)
        .containsEntry("minP", 0.0)
        .containsEntry("repetitionPenalty", 1.0)
        .containsEntry("repetitionWindow", 64);
    assertThat(Cli.run(with(given, "--stop", stop)).out())
        .isEqualTo(whole.substring(0, whole.indexOf(stop)) + System.lineSeparator());
  }

  @Test
  void samplingOptionsReachTheSampler() {
    String[] given = {"generate", "-p", "It was a dark night", "-n", "30"};
    String greedy = Cli.run(given).out();

    assertThat(Cli.run(with(given, "--temp", "2", "--top-k", "1")).out()).isEqualTo(greedy);
    assertThat(Cli.run(with(given, "--temp", "2", "--min-p", "1")).out()).isEqualTo(greedy);
    assertThat(Cli.run(with(given, "--temp", "2")).out()).isNotEqualTo(greedy);
    assertThat(Cli.run(with(given, "--repeat-penalty", "1.5")).out()).isNotEqualTo(greedy);
    assertThat(Cli.run(with(given, "--temp", "2", "--top-k", "40", "--seed", "3")).out())
        .isEqualTo(Cli.run(with(given, "--temp", "2", "--top-k", "40", "--seed", "3")).out())
        .isNotEqualTo(Cli.run(with(given, "--temp", "2", "--top-k", "40", "--seed", "4")).out());
  }

  private static String[] with(String[] args, String... more) {
    return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void helpAndVersionSucceed() {
    assertThat(Cli.run("--help").code()).isZero();
    assertThat(Cli.run("sweep", "--help").out()).contains("--policies");
    assertThat(Cli.run("--version").out()).startsWith("msrnn ");
  }

  /** Which predictions come after the state is full was found out from these reference results. */
  @Test
  void referencePerplexityOfTheF32Model() {
    Path shared = shared();
    assumeTrue(shared != null, "../shared with the reference results is not there");
    Map<String, Object> json =
        Cli.run(
                "perplexity",
                shared.resolve("expected/text.txt").toString(),
                "-m",
                shared.resolve("models/bookworm-F32.gguf").toString(),
                "--policy",
                "window",
                "--state",
                "256",
                "--limit",
                "1200",
                "--json")
            .json();

    assertThat(number(json, "perplexity")).isCloseTo(23.13463, within(23 * 5e-4));
    assertThat(number(json, "perplexityAfterState")).isCloseTo(22.476942, within(22 * 5e-4));
    assertThat(json).containsEntry("tokensAfterState", 1200 - 256);
  }

  private static @Nullable Path shared() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path candidate = at.resolve("shared");
      if (Files.exists(candidate.resolve("DESIGN.md"))) {
        return candidate;
      }
    }
    return null;
  }
}

package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.eval.io.Json;
import tools.jackson.databind.JsonNode;

/** The files beside a journal, as other tools read them. */
class ResultFilesTest {
  @TempDir static Path folder;
  private static Path out;
  private static List<Map<String, String>> csv;

  @BeforeAll
  static void sweepOnce() throws Exception {
    out = folder.resolve("out");
    String[] grid = {
      "--tasks", "perplexity,extrapolation,retrieval", "--length", "300", "--max-new", "2"
    };
    List<String> args = TinySweep.args(out, grid);
    args.addAll(List.of("--items", "3"));
    args.set(args.indexOf("--policies") + 1, "full,tova");
    args.set(args.indexOf("--states") + 1, "4");
    Cli cli = Cli.run(args.toArray(String[]::new));
    assertThat(cli.code()).as(cli.err()).isZero();
    csv = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> lines =
        CsvReader.builder().ofNamedCsvRecord(out.resolve("results.csv"))) {
      lines.forEach(line -> csv.add(new TreeMap<>(line.getFieldsAsMap())));
    }
  }

  private static JsonNode lmEval(String policy) throws Exception {
    try (Stream<Path> files = Files.walk(out.resolve("lm-eval"))) {
      Path file =
          files
              .filter(f -> f.getFileName().toString().startsWith("results_" + policy + "_"))
              .findFirst()
              .orElseThrow();
      return Json.read(Files.readString(file), JsonNode.class);
    }
  }

  /** Every field of one is in the other, with the same value. */
  @Test
  void jsonLinesHoldTheTableOfTheCsv() throws Exception {
    List<Map<String, String>> rows = new ArrayList<>();
    for (String line : Files.readAllLines(out.resolve("results.jsonl"))) {
      Map<String, String> row = new TreeMap<>();
      csv.getFirst().keySet().forEach(column -> row.put(column, ""));
      for (var field : Json.read(line, JsonNode.class).properties()) {
        assertThat(field.getValue().isContainer()).as("flat: %s", field.getKey()).isFalse();
        row.put(field.getKey(), field.getValue().isNull() ? "" : field.getValue().asString());
      }
      rows.add(row);
    }

    assertThat(rows).hasSize(2 * 2 * 2 + 3 * 2).isEqualTo(csv);
    assertThat(csv.getFirst())
        .containsEntry("option_limit", "7")
        .containsEntry("option_short_last_chunk", "true")
        .containsKeys("accuracy", "prediction", "option_max_new_tokens");
  }

  @Test
  void everyFileAndColumnIsDocumented() throws Exception {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("docs/results.md"))) {
      root = Objects.requireNonNull(root.getParent(), "no folder above has docs/results.md");
    }
    String page = Files.readString(root.resolve("docs/results.md"));
    Set<String> names = new LinkedHashSet<>();
    try (Stream<Path> files = Files.list(out)) {
      files.map(f -> f.getFileName().toString()).forEach(names::add);
    }
    csv.getFirst().keySet().stream().filter(c -> !c.startsWith("option_")).forEach(names::add);

    assertThat(names).hasSizeGreaterThan(30).allSatisfy(n -> assertThat(page).contains("`" + n));
  }

  /** Of each task: metric, error and number of items, as lm-eval's own readers look for them. */
  @Test
  void lmEvalFileOfASetupHoldsItsTasks() throws Exception {
    JsonNode json = lmEval("tova");
    List<Map<String, String>> retrieval =
        csv.stream()
            .filter(r -> "retrieval".equals(r.get("task")) && "tova".equals(r.get("policy")))
            .toList();
    double mean =
        retrieval.stream().mapToDouble(r -> Double.parseDouble(r.get("accuracy"))).sum() / 3;

    assertThat(json.at("/results/retrieval/accuracy,none").asDouble()).isEqualTo(mean);
    assertThat(json.at("/results/retrieval/accuracy_stderr,none").isNumber()).isTrue();
    assertThat(json.at("/n-samples/retrieval/effective").asInt()).isEqualTo(3);
    assertThat(json.at("/higher_is_better/retrieval/accuracy").asBoolean()).isTrue();
    assertThat(json.at("/n-samples/perplexity/original").asInt()).isEqualTo(2);
    assertThat(json.at("/higher_is_better/perplexity/perplexity").asBoolean()).isFalse();
    assertThat(json.at("/results/perplexity/perplexity_stderr,none").asString()).isEqualTo("N/A");
    List<Map<String, String>> texts =
        csv.stream()
            .filter(r -> "perplexity".equals(r.get("task")) && "tova".equals(r.get("policy")))
            .toList();
    double nll = texts.stream().mapToDouble(r -> Double.parseDouble(r.get("nll"))).sum();
    double tokens = texts.stream().mapToDouble(r -> Double.parseDouble(r.get("tokens"))).sum();
    assertThat(json.at("/results/perplexity/perplexity,none").asDouble())
        .isCloseTo(Math.exp(nll / tokens), within(1e-9));
    assertThat(json.at("/config/model_args/policy").asString()).isEqualTo("tova");
    assertThat(json.at("/configs/perplexity/metadata/limit").asString()).isEqualTo("7");
    assertThat(json.at("/date").asLong()).isPositive();
    assertThat(lmEval("full").at("/config/model_args/state").isNull()).isTrue();
  }

  @Test
  void configSaysWhatWasAskedAndWhatItRanOn() throws Exception {
    JsonNode json = Json.read(Files.readString(out.resolve("config.json")), JsonNode.class);

    assertThat(json.at("/command").asString()).isEqualTo("sweep");
    assertThat(json.at("/options/policies").asString()).isEqualTo("full,tova");
    assertThat(json.at("/options/attempts").asInt()).as("not given").isEqualTo(3);
    for (String field : List.of("version", "java", "system", "processor", "backend")) {
      assertThat(json.get(field).asString()).as(field).isNotBlank();
    }
  }
}

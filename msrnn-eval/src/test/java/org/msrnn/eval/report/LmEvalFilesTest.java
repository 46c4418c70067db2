package org.msrnn.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.sweep.CellId;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.task.RetrievalFigures;
import org.msrnn.eval.task.SampleSettings;
import org.msrnn.eval.task.Settings;
import org.msrnn.eval.task.StateFigures;
import tools.jackson.databind.JsonNode;

class LmEvalFilesTest {
  private static Settings settings(String model, String policy, long seed) {
    return SampleSettings.of(model, policy, 8, "original", seed);
  }

  private static CellRecord record(Settings settings, String item, String length, double score) {
    CellId id =
        new CellId("retrieval", item, "", new TreeMap<>(Map.of("length", length)), settings);
    var figures =
        new RetrievalFigures("k", 1, null, score, "p", List.of(), 1, 1, StateFigures.NONE);
    return new CellRecord(id.key(), "done", id, figures, null, 1, "2026-01-02T03:04:05Z", 0);
  }

  @Test
  void namesAreSafeAndTellSetupsApart() {
    assertThat(LmEvalFiles.fileName("tova:a=1;../..\\x y*")).isEqualTo("tova-a=1-..-..-x-y-");
    assertThat(LmEvalFiles.fileName("../..")).isEqualTo("unnamed");
    assertThat(LmEvalFiles.fileName("x".repeat(500))).hasSize(80);
    var one = LmEvalFiles.name(settings("org/model", "ada(tova)", 0));
    var two = LmEvalFiles.name(settings("org/model", "ada(tova)", 1));
    assertThat(one.model()).isEqualTo("org-model");
    assertThat(one.file()).matches("results_ada-tova-_8_[0-9a-f]{8}[.]json");
    assertThat(two.file()).isNotEqualTo(one.file());
  }

  /** Items of two lengths are two tasks, each with its mean. */
  @Test
  void oneTaskUnderTwoSetsOfOptionsIsTwo() {
    Settings settings = settings("m", "tova", 0);
    var files =
        LmEvalFiles.of(
            List.of(
                record(settings, "a", "100", 1),
                record(settings, "a", "200", 0.5),
                record(settings, "b", "100", 0)));
    assertThat(files).hasSize(1);
    JsonNode json = Json.read(Json.line(files.values().iterator().next()), JsonNode.class);

    assertThat(json.at("/results/retrieval length=100/accuracy,none").asDouble()).isEqualTo(50);
    assertThat(json.at("/results/retrieval length=100/accuracy_stderr,none").asDouble())
        .isEqualTo(50); // sqrt(50^2 + 50^2) / sqrt(2)
    assertThat(json.at("/results/retrieval length=200/accuracy,none").asDouble()).isEqualTo(50);
    assertThat(json.at("/results/retrieval length=200/accuracy_stderr,none").asString())
        .isEqualTo("N/A");
    assertThat(json.at("/date").asLong()).isEqualTo(1767323045L);
  }
}

package org.msrnn.eval.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.dataset.DatasetScore;
import org.msrnn.eval.dataset.Submission;
import org.msrnn.eval.io.Digest;
import org.msrnn.eval.io.IoReason;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.io.TextFile;
import org.msrnn.eval.sweep.CellId;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.sweep.TaskKinds;
import org.msrnn.eval.task.QuestionFigures;
import org.msrnn.eval.task.Settings;

/**
 * What was answered, a folder a setup: predictions as ZeroSCROLLS takes them, {@code
 * metrics_DATASET.json} as the metric of SCROLLS writes it, and the settings.
 */
final class QuestionFiles {
  private static final int DIGITS = 8;

  private QuestionFiles() {}

  /** All that makes answers comparable: a folder's name is made of it. */
  private record Setup(Settings settings, Map<String, String> options) {
    static Setup of(CellId cell) {
      Map<String, String> options = new LinkedHashMap<>(cell.options());
      options.remove(CellId.DATASET);
      return new Setup(cell.settings(), options);
    }

    /** The policy and its state for people, and some digits for all the rest. */
    String folder() {
      String name = settings.policy() + (settings.state() == null ? "" : "-" + settings.state());
      return name.replaceAll("[^A-Za-z0-9.+-]", "_")
          + "-"
          + Digest.sha256(Json.line(this)).substring(0, DIGITS);
    }
  }

  /** Writes the folders; nothing where no question was answered. */
  static void write(Path folder, List<CellRecord> cells) {
    Map<Setup, Map<String, List<QuestionFigures>>> setups = new LinkedHashMap<>();
    for (CellRecord record : cells) {
      if (record.cell().task().equals(TaskKinds.UNDERSTANDING.name())
          && record.result() instanceof QuestionFigures figures) {
        setups
            .computeIfAbsent(Setup.of(record.cell()), s -> new LinkedHashMap<>())
            .computeIfAbsent(figures.dataset(), d -> new ArrayList<>())
            .add(figures);
      }
    }
    setups.forEach(
        (setup, datasets) ->
            write(folder.resolve("answers").resolve(setup.folder()), setup, datasets));
  }

  private static void write(Path folder, Setup setup, Map<String, List<QuestionFigures>> datasets) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new MsrnnException("cannot make the folder " + folder + ": " + IoReason.of(e), e);
    }
    Map<String, Map<String, String>> predictions = new LinkedHashMap<>();
    datasets.forEach(
        (dataset, all) -> {
          Map<String, String> byId = new LinkedHashMap<>();
          all.forEach(f -> byId.put(f.answer().id(), f.answer().prediction()));
          predictions.put(dataset, byId);
          var score = DatasetScore.of(all.stream().map(QuestionFigures::answer).toList());
          TextFile.replace(
              folder.resolve("metrics_" + Submission.fileName(dataset) + ".json"),
              Json.pretty(score.official()) + "\n");
        });
    new Submission(predictions).write(folder);
    TextFile.replace(folder.resolve("settings.json"), Json.pretty(setup) + "\n");
  }
}

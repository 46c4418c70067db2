package org.msrnn.eval.dataset;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.io.TextFile;
import tools.jackson.core.JacksonException;

/**
 * Predictions in the forms that ZeroSCROLLS takes: a file {@code preds_TASK.json} for each task,
 * and the leaderboard's CSV of all ten.
 *
 * @param predictions by task, then by id
 */
public record Submission(Map<String, Map<String, String>> predictions) {
  /** The leaderboard's file. */
  public static final String CSV = "zero_scrolls_predictions.csv";

  private static final int SHOWN = 5;

  /** Copies the maps, in order. */
  public Submission {
    Map<String, Map<String, String>> copy = new LinkedHashMap<>();
    predictions.forEach((task, byId) -> copy.put(task, new LinkedHashMap<>(byId)));
    predictions = copy;
  }

  /**
   * The {@code preds_TASK.json} of a folder, in the order of the tasks.
   *
   * @throws MsrnnException if one of them is not one JSON object of texts
   */
  public static Submission read(Path folder) {
    Map<String, Map<String, String>> all = new LinkedHashMap<>();
    for (ScrollsTask task : ScrollsTask.values()) {
      Path file = folder.resolve(file(task.written()));
      if (Files.exists(file)) {
        all.put(task.written(), readFile(file));
      }
    }
    return new Submission(all);
  }

  private static Map<String, String> readFile(Path file) {
    try {
      JsonFields fields =
          new JsonFields(file.toString(), JsonLines.MAPPER.readTree(TextFile.read(file)));
      Map<String, String> predictions = new LinkedHashMap<>();
      fields.node().propertyNames().forEach(id -> predictions.put(id, fields.text(id)));
      return predictions;
    } catch (JacksonException e) {
      throw new MsrnnException(file + ": this is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** The name of a task's file. */
  public static String file(String task) {
    return "preds_" + fileName(task) + ".json";
  }

  /** A dataset's name as it can stand in a file's name: it came from a file that anybody wrote. */
  public static String fileName(String dataset) {
    return dataset.replaceAll("[^A-Za-z0-9_-]", "_");
  }

  /**
   * Writes a file for each task, and the CSV of all.
   *
   * @throws MsrnnException if they cannot be written
   */
  public void write(Path folder) {
    predictions.forEach(
        (task, byId) -> TextFile.replace(folder.resolve(file(task)), Json.pretty(byId) + "\n"));
    TextFile.replace(folder.resolve(CSV), csv());
  }

  /** The CSV: {@code Task,ID,Prediction}, a row a prediction. */
  public String csv() {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      csv.writeRecord("Task", "ID", "Prediction");
      predictions.forEach(
          (task, byId) -> byId.forEach((id, prediction) -> csv.writeRecord(task, id, prediction)));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not from a string
    }
    return text.toString();
  }

  /**
   * What keeps the predictions of a task from being complete.
   *
   * @param ids the ids that the task has
   * @return sentences; none if all is well
   */
  public List<String> problems(String task, Collection<String> ids) {
    Set<String> given = predictions.getOrDefault(task, Map.of()).keySet();
    List<String> problems = new ArrayList<>();
    problem(problems, task, "has no prediction for", ids, given);
    problem(problems, task, "has predictions for ids that it does not have:", given, ids);
    return problems;
  }

  private static void problem(
      List<String> problems,
      String task,
      String what,
      Collection<String> wanted,
      Collection<String> there) {
    Set<String> missing = new LinkedHashSet<>(wanted);
    missing.removeAll(new LinkedHashSet<>(there));
    if (!missing.isEmpty()) {
      String some = missing.stream().limit(SHOWN).collect(Collectors.joining(", "));
      problems.add(
          task
              + " "
              + what
              + " "
              + some
              + (missing.size() > SHOWN ? " and " + (missing.size() - SHOWN) + " more" : ""));
    }
  }

  /** The tasks of ZeroSCROLLS that have no predictions: the leaderboard wants all ten. */
  public List<String> missingTasks() {
    List<String> missing = new ArrayList<>();
    for (ScrollsTask task : ScrollsTask.values()) {
      if (!predictions.containsKey(task.written())) {
        missing.add(task.written());
      }
    }
    return missing;
  }
}

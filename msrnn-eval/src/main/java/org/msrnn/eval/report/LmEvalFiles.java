package org.msrnn.eval.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.io.Digest;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.sweep.Metric;
import org.msrnn.eval.sweep.TaskKind;
import org.msrnn.eval.task.Settings;

/**
 * Results in the shape of lm-evaluation-harness's result files, so that what was made to read those
 * reads ours: one file for all tasks of one model under one setup.
 *
 * <p>Only the shape is theirs: tasks, prompts and metrics are msrnn's.
 */
final class LmEvalFiles {
  private static final String FILTER = ",none";
  private static final String NONE = "N/A";
  private static final int LONGEST_NAME = 80;

  private LmEvalFiles() {}

  /**
   * Where a file lies below the folder {@code lm-eval}.
   *
   * @param model the folder of its model
   * @param file its own name
   */
  record Name(String model, String file) {}

  /** The files' contents by their names. */
  static Map<Name, Map<String, Object>> of(List<CellRecord> cells) {
    Map<Settings, List<CellRecord>> setups = new LinkedHashMap<>();
    for (CellRecord record : FlatCell.shown(cells)) {
      if (record.done()) {
        setups.computeIfAbsent(record.cell().settings(), settings -> new ArrayList<>()).add(record);
      }
    }
    Map<Name, Map<String, Object>> files = new LinkedHashMap<>();
    setups.forEach((settings, own) -> files.put(name(settings), json(settings, own)));
    return files;
  }

  /** A name for people, and the start of a digest of all settings, which makes it the only one. */
  static Name name(Settings settings) {
    Integer state = settings.state();
    String file =
        String.join(
            "_",
            "results",
            fileName(settings.policy()),
            state == null ? "unbounded" : state.toString(),
            Digest.sha256(Json.line(settings)).substring(0, 8));
    return new Name(fileName(settings.model()), file + ".json");
  }

  /** Letters, digits and a few signs that every file system takes. */
  static String fileName(String text) {
    String safe = text.replaceAll("[^A-Za-z0-9._+=,-]+", "-").replaceAll("^[.-]+", "");
    return safe.isEmpty() ? "unnamed" : safe.substring(0, Math.min(LONGEST_NAME, safe.length()));
  }

  private record Samples(int original, int effective) {}

  private record Part(String section, SortedMap<String, String> options) {}

  private static Map<String, Object> json(Settings settings, List<CellRecord> cells) {
    Map<Part, List<CellRecord>> parts = new LinkedHashMap<>();
    for (CellRecord record : cells) {
      Part part = new Part(record.cell().section(), record.cell().options());
      parts.computeIfAbsent(part, p -> new ArrayList<>()).add(record);
    }
    Map<String, Object> results = new LinkedHashMap<>();
    Map<String, Object> subtasks = new LinkedHashMap<>();
    Map<String, Object> configs = new LinkedHashMap<>();
    Map<String, Object> versions = new LinkedHashMap<>();
    Map<String, Object> shots = new LinkedHashMap<>();
    Map<String, Object> better = new LinkedHashMap<>();
    Map<String, Object> samples = new LinkedHashMap<>();
    parts.forEach(
        (part, own) -> {
          String task = name(part, parts.keySet().stream().toList());
          TaskKind<?> kind = own.getFirst().kind();
          results.put(task, results(task, kind, own));
          subtasks.put(task, List.of());
          configs.put(task, config(task, kind, part));
          versions.put(task, settings.version());
          shots.put(task, 0);
          better.put(task, better(kind));
          samples.put(task, new Samples(own.size(), own.size()));
        });
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("results", results);
    json.put("group_subtasks", subtasks);
    json.put("configs", configs);
    json.put("versions", versions);
    json.put("n-shot", shots);
    json.put("higher_is_better", better);
    json.put("n-samples", samples);
    json.put("config", config(settings));
    json.put("git_hash", settings.version());
    json.put("date", finished(cells));
    json.put("model_source", "msrnn");
    json.put("model_name", settings.model());
    json.put("model_name_sanitized", fileName(settings.model()));
    return json;
  }

  /** The section; where it was run with several sets of options, what is peculiar to this one. */
  private static String name(Part part, List<Part> all) {
    List<Part> others =
        all.stream().filter(o -> o.section.equals(part.section) && !o.equals(part)).toList();
    String own =
        part.options.entrySet().stream()
            .filter(e -> others.stream().anyMatch(o -> differs(o, e)))
            .map(e -> " " + e.getKey() + "=" + e.getValue())
            .collect(Collectors.joining());
    return part.section + own;
  }

  private static boolean differs(Part other, Map.Entry<String, String> option) {
    return !option.getValue().equals(other.options.get(option.getKey()));
  }

  private static Map<String, Object> results(
      String task, TaskKind<?> kind, List<CellRecord> records) {
    Map<String, Double> total =
        kind.total(records.stream().map(CellRecord::result).map(Objects::requireNonNull).toList());
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("alias", task);
    String main = kind.metrics().getFirst().name();
    for (Metric metric : kind.metrics()) {
      Double value = total.get(metric.name());
      if (value != null && !metric.name().equals(Metric.STANDARD_ERROR)) {
        Double error = metric.name().equals(main) ? total.get(Metric.STANDARD_ERROR) : null;
        entry.put(metric.name() + FILTER, value);
        entry.put(metric.name() + "_stderr" + FILTER, error == null ? NONE : error);
      }
    }
    return entry;
  }

  private static Map<String, Boolean> better(TaskKind<?> kind) {
    Map<String, Boolean> better = new LinkedHashMap<>();
    for (Metric metric : kind.metrics()) {
      if (!metric.name().equals(Metric.STANDARD_ERROR)) {
        better.put(metric.name(), metric.higherIsBetter());
      }
    }
    return better;
  }

  private static Map<String, Object> config(String task, TaskKind<?> kind, Part part) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("task", task);
    config.put("description", kind.explanation());
    config.put("num_fewshot", 0);
    config.put("metadata", part.options);
    return config;
  }

  private static Map<String, @Nullable Object> config(Settings settings) {
    Map<String, @Nullable Object> config = new LinkedHashMap<>();
    config.put("model", "msrnn");
    config.put("model_args", settings);
    config.put("batch_size", 1);
    config.put("device", settings.backend());
    config.put("limit", null);
    config.put("random_seed", settings.seed());
    return config;
  }

  /** When the last cell was finished, in seconds since 1970. */
  private static long finished(List<CellRecord> cells) {
    return cells.stream()
        .map(c -> Instant.parse(c.finished()))
        .max(Comparator.naturalOrder())
        .orElse(Instant.EPOCH)
        .getEpochSecond();
  }
}

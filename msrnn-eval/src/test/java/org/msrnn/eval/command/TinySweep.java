package org.msrnn.eval.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.report.SweepReport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A sweep of quick cells on the bundled model and the plain backend, whose figures are the same to
 * the last bit in every run.
 */
final class TinySweep {
  /** Five policies at two states and the topline: chunks and streams of two texts. */
  static final int CELLS = 11 * 2 * 2;

  private static final String ONE = "The ship lay still, and nobody knew why.";
  private static final String TWO = "A letter came in the night, and it rained again.";

  private TinySweep() {}

  /** Its command line, with other options or with values in place of its own. */
  static List<String> args(Path out, String... more) throws IOException {
    Path folder = out.resolveSibling("texts");
    if (Files.notExists(folder)) {
      Files.createDirectory(folder);
    }
    Map<String, String> options = new LinkedHashMap<>();
    options.put("--policies", "full,window,window+2,h2o,tova,tova:granularity=kv-head");
    options.put("--states", "3,4");
    options.put("--tasks", "perplexity,extrapolation");
    options.put("--limit", "7");
    options.put("--stream", "6");
    options.put("--bucket", "2");
    options.put("--backend", "plain");
    options.put("--out", out.toString());
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    List<String> args = new ArrayList<>(List.of("sweep"));
    for (String text : List.of(ONE, TWO)) {
      Path file = folder.resolve(text.substring(0, 5).strip() + ".txt");
      if (Files.notExists(file)) {
        Files.writeString(file, text);
      }
      args.add("--text=" + file);
    }
    options.forEach((name, value) -> args.addAll(List.of(name, value)));
    return args;
  }

  /** The records of a folder's journals, in the order of the files. */
  static List<String> records(Path out) {
    return SweepReport.journals(out).stream().flatMap(file -> Journal.read(file).stream()).toList();
  }

  /** A record without the times at which, and in which, it was computed. */
  static String withoutTimes(String record) {
    ObjectNode json = (ObjectNode) Json.read(record, JsonNode.class);
    json.remove(List.of("seconds", "finished"));
    return Json.line(json);
  }

  /** The files of a report, below the folder, with their content. */
  static Map<String, String> files(Path out) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(out)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = out.relativize(file).toString();
        if (!name.matches("journal.*|report[.]lock|config[.]json")) {
          files.put(name, Files.readString(file));
        }
      }
    }
    return files;
  }

  /**
   * The report that a folder would have, had its cells taken the times of those of another folder,
   * in a folder beside it. Equal reports then are equal apart from times.
   */
  static Map<String, String> filesWithTimesOf(Path other, Path out) throws IOException {
    Map<String, JsonNode> times = new LinkedHashMap<>();
    for (String record : records(other)) {
      JsonNode json = Json.read(record, JsonNode.class);
      times.put(json.get("key").asString(), json);
    }
    Path retimed = out.resolveSibling(out.getFileName() + "-retimed");
    for (Path file : SweepReport.journals(out)) {
      try (Journal journal = Journal.open(retimed.resolve(file.getFileName()))) {
        for (String record : Journal.read(file)) {
          ObjectNode json = (ObjectNode) Json.read(record, JsonNode.class);
          JsonNode time = Objects.requireNonNull(times.get(json.get("key").asString()), record);
          json.set("seconds", time.get("seconds"));
          json.set("finished", time.get("finished"));
          journal.append(Json.line(json));
        }
      }
    }
    SweepReport.write(retimed);
    return files(retimed);
  }
}

package org.msrnn.eval.dataset;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.IoReason;
import org.msrnn.eval.io.TextFile;
import tools.jackson.core.JacksonException;

/**
 * A file of questions in any of the forms in which they are handed round: SCROLLS and ZeroSCROLLS,
 * SQuALITY, QASPER, LongBench and kvpress. The form is told from the task and the first record.
 *
 * @param path the file; a zip file with one {@code SPLIT.jsonl} in it is read in place
 * @param split which file of a zip file: {@code validation}, {@code test}
 */
public record QuestionFile(Path path, String split) {
  /** The task name for LongBench, whose records name their datasets themselves. */
  public static final String LONGBENCH = "longbench";

  /** The task name for Parquet files in kvpress's form, whose rows name their tasks themselves. */
  public static final String KVPRESS = "kvpress";

  /**
   * What is wanted of a file.
   *
   * @param task a task of {@link ScrollsTask}, {@link #LONGBENCH} or {@link #KVPRESS}
   * @param style in which words questions are put
   * @param templates prompts of LongBench by dataset; may be empty
   * @param limit the most questions
   */
  public record Wanted(String task, PromptStyle style, Map<String, String> templates, int limit) {}

  /**
   * The questions of the file.
   *
   * @throws MsrnnException if it cannot be read; names the line and the field
   * @throws InvalidOptionException if there is no such task, or it has no such prompt
   */
  public List<Question> read(Wanted wanted) {
    String name = path.toString();
    try {
      List<Question> questions =
          wanted.task().equals(KVPRESS)
              ? KvPressTable.read(path, wanted.limit())
              : isZip()
                  ? readZip(name, wanted)
                  : readPlain(Files.newInputStream(path), name, wanted);
      if (questions.isEmpty()) {
        throw new MsrnnException(name + " holds no question, one or more are needed");
      }
      return questions;
    } catch (IOException e) {
      String reason = Files.isDirectory(path) ? "it is a folder" : IoReason.of(e);
      throw new MsrnnException("cannot read " + name + ": " + reason, e);
    }
  }

  private boolean isZip() {
    return path.toString().toLowerCase(Locale.ROOT).endsWith(".zip");
  }

  private List<Question> readZip(String name, Wanted wanted) throws IOException {
    try (ZipFile zip = new ZipFile(path.toFile())) {
      List<? extends ZipEntry> all =
          zip.stream().filter(entry -> entry.getName().endsWith(".jsonl")).toList();
      List<? extends ZipEntry> found =
          all.stream()
              .filter(entry -> ("/" + entry.getName()).endsWith("/" + split + ".jsonl"))
              .toList();
      if (found.size() != 1) {
        throw new InvalidOptionException(
            "split",
            "'" + split + "', of which " + name + " has " + found.size(),
            "one of its files " + all.stream().limit(20).map(ZipEntry::getName).toList());
      }
      return readPlain(
          zip.getInputStream(found.getFirst()), name + "!" + found.getFirst().getName(), wanted);
    }
  }

  private static List<Question> readPlain(InputStream file, String name, Wanted wanted)
      throws IOException {
    try (InputStream in = new BufferedInputStream(LimitedStream.of(file, name), 1 << 16)) {
      if (wanted.task().equals(LONGBENCH)) {
        LongBenchRecords records = new LongBenchRecords(wanted.templates(), wanted.limit());
        JsonLines.read(in, name, records);
        return records.questions();
      }
      ScrollsTask task = task(wanted.task());
      if (task == ScrollsTask.QASPER && !isLines(in)) {
        return QasperPapers.read(in, name, wanted.style(), wanted.limit());
      }
      var scrolls = new ScrollsRecords(task, wanted.style(), wanted.limit());
      var stories = new SqualityStories(wanted.style(), wanted.limit());
      JsonLines.read(
          in,
          name,
          record ->
              task == ScrollsTask.SQUALITY && record.has("questions")
                  ? stories.test(record)
                  : scrolls.test(record));
      List<Question> questions = new ArrayList<>(stories.questions());
      questions.addAll(scrolls.questions());
      return questions;
    }
  }

  /** Whether the file begins as a record of SCROLLS does; the stream stays where it is. */
  private static boolean isLines(InputStream in) throws IOException {
    in.mark(64);
    String start = new String(in.readNBytes(64), StandardCharsets.UTF_8);
    in.reset();
    return start.replaceAll("\\s", "").matches("(?s)\\{\"(id|pid|input|output)\":.*");
  }

  private static ScrollsTask task(String name) {
    return ScrollsTask.named(name)
        .orElseThrow(
            () -> {
              List<String> names = new ArrayList<>();
              List.of(ScrollsTask.values()).forEach(task -> names.add(task.written()));
              names.add(LONGBENCH);
              names.add(KVPRESS);
              return new InvalidOptionException("TASK", "'" + name + "'", String.join(", ", names));
            });
  }

  /**
   * LongBench's file of prompts: one JSON object of templates by dataset.
   *
   * @throws MsrnnException if it is something else, or a template has not one {@code {context}}
   */
  public static Map<String, String> templates(Path file) {
    String text = TextFile.read(file);
    JsonFields fields;
    try {
      fields = new JsonFields(file.toString(), JsonLines.MAPPER.readTree(text));
    } catch (JacksonException e) {
      throw new MsrnnException(
          file + ": this is not a JSON object of templates by dataset: " + e.getOriginalMessage(),
          e);
    }
    Map<String, String> templates = new TreeMap<>();
    for (String dataset : fields.node().propertyNames()) {
      String template = fields.text(dataset);
      if (template.split("\\{context}", -1).length != 2) {
        throw fields.wrong(dataset, "a template without one {context}", "a text with one");
      }
      templates.put(dataset, template);
    }
    return templates;
  }
}

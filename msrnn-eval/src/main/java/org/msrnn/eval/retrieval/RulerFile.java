package org.msrnn.eval.retrieval;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.IoReason;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.io.WholeFile;

/**
 * RULER's sample files: JSON Lines of {@code {"index", "input", "outputs", "length",
 * "length_w_model_temp", "answer_prefix", "token_position_answer"}}, one file a task, {@code
 * TASK/validation.jsonl}. The files written here have four fields more, which RULER's scripts pass
 * over: {@code task}, {@code max_length}, {@code max_new_tokens} and {@code depth}.
 */
public final class RulerFile {
  private static final String NAME = "validation.jsonl";
  private static final Pattern TASK = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}");
  private static final int NEW_TOKENS = 128;
  private static final int MOST_NEW_TOKENS = 1 << 16;

  private RulerFile() {}

  /**
   * Reads items. What a file does not say is taken from its name: the task is the file's or the
   * folder's, its longest answer is that of the task. Without {@code max_length}, a row's length is
   * the one that it was made with, prompt and answer as RULER's tokenizer counted them.
   *
   * @param file the file
   * @param most the most items
   * @param newTokens the most tokens of an answer; null for the task's own
   * @throws MsrnnException if it cannot be read or holds something else; names the line
   */
  public static List<RetrievalItem> read(Path file, int most, @Nullable Integer newTokens) {
    String task = task(file);
    return JsonLines.read(file, most, row -> item(row, task, newTokens));
  }

  private static RetrievalItem item(JsonRow row, String fileTask, @Nullable Integer newTokens) {
    String given = row.textOrNull("task");
    if (given != null && !TASK.matcher(given).matches()) {
      throw row.refused(
          "task", row.object().get("task"), "up to 64 letters, digits, points, _ and -");
    }
    String task = given == null ? fileTask : given;
    String input = row.text("input");
    String prefix = row.textOrNull("answer_prefix");
    List<String> answers = row.texts("outputs");
    Integer length = row.countOrNull("max_length", Integer.MAX_VALUE);
    if (length == null) {
      length = row.countOrNull("length", Integer.MAX_VALUE);
    }
    if (length == null) {
      throw row.refused("length", null, "a whole number of tokens");
    }
    Integer most =
        newTokens == null ? row.countOrNull("max_new_tokens", MOST_NEW_TOKENS) : newTokens;
    if (most == null) {
      most = RetrievalKind.named(task).map(RetrievalKind::newTokens).orElse(NEW_TOKENS);
    }
    return new RetrievalItem(
        task + "/" + row.file().getFileName() + ":" + row.line(),
        task,
        input,
        prefix == null ? "" : prefix,
        answers,
        task.startsWith("qa") ? Match.ANY : Match.ALL,
        length,
        depth(row, task, input, answers),
        most);
  }

  private static @Nullable Double depth(
      JsonRow row, String task, String input, List<String> answers) {
    Double given = row.shareOrNull("depth");
    if (given != null || !task.startsWith("niah") || answers.size() > 1) {
      return given;
    }
    int at = input.indexOf(answers.getFirst());
    return at < 0 ? null : (Double) (at / (double) input.length());
  }

  /** The file's own name, or its folder's, where RULER writes the task. */
  private static String task(Path file) {
    Path name = file.toAbsolutePath().getFileName();
    Path folder = file.toAbsolutePath().getParent();
    String own = name == null ? "" : name.toString().replaceFirst("\\.[^.]*$", "");
    String outer =
        folder == null || folder.getFileName() == null ? own : folder.getFileName().toString();
    boolean isOuter =
        RetrievalKind.named(outer).isPresent() || own.equals("validation") || own.equals("test");
    String task = RetrievalKind.named(own).isEmpty() && isOuter ? outer : own;
    String plain = task.replaceAll("[^A-Za-z0-9_.-]", "_").replaceFirst("^\\.", "_");
    return plain.isEmpty() ? "ruler" : plain.substring(0, Math.min(64, plain.length()));
  }

  /**
   * Writes items as RULER does, each task into a file of its own, {@code TASK/validation.jsonl}. A
   * file that is there is replaced.
   *
   * @param folder where; made if it is not there
   * @param tokens counts the tokens of a text
   * @return the files
   * @throws MsrnnException if they cannot be written
   */
  public static List<Path> write(
      Path folder, List<RetrievalItem> items, ToIntFunction<String> tokens) {
    Map<String, List<RetrievalItem>> byTask = new LinkedHashMap<>();
    items.forEach(item -> byTask.computeIfAbsent(item.kind(), k -> new ArrayList<>()).add(item));
    List<Path> files = new ArrayList<>();
    byTask.forEach(
        (task, some) -> {
          Path file = folder.resolve(task).resolve(NAME);
          createFolder(folder.resolve(task));
          WholeFile.write(
              file,
              out -> {
                for (int i = 0; i < some.size(); i++) {
                  String line = Json.line(fields(i, some.get(i), tokens)) + "\n";
                  out.write(line.getBytes(StandardCharsets.UTF_8));
                }
              });
          files.add(file);
        });
    return files;
  }

  private static void createFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new MsrnnException("cannot make the folder " + folder + ": " + IoReason.of(e), e);
    }
  }

  private static Map<String, Object> fields(
      int number, RetrievalItem item, ToIntFunction<String> tokens) {
    int length = Math.addExact(tokens.applyAsInt(item.prompt()), item.newTokens());
    int at = item.kind().startsWith("niah") ? item.input().indexOf(item.answers().getFirst()) : -1;
    Map<String, Object> fields = new LinkedHashMap<>();
    // Of a needle RULER writes the answer's place here, in code points.
    fields.put("index", at < 0 ? number : item.input().codePointCount(0, at));
    fields.put("input", item.input());
    fields.put("outputs", item.answers());
    fields.put("length", length);
    fields.put("length_w_model_temp", length);
    fields.put("answer_prefix", item.answerPrefix());
    if (at >= 0) {
      fields.put("token_position_answer", tokens.applyAsInt(item.input().substring(0, at)));
    }
    fields.put("task", item.kind());
    fields.put("max_length", item.length());
    fields.put("max_new_tokens", item.newTokens());
    if (item.depth() != null) {
      fields.put("depth", item.depth());
    }
    return fields;
  }
}

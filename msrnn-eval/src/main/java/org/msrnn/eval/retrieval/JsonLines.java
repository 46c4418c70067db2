package org.msrnn.eval.retrieval;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.IoReason;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.io.TextFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Files of one JSON object a line, in UTF-8; they come from others, so nothing is believed. */
final class JsonLines {
  private static final int LONGEST_LINE = 1 << 26;
  private static final long LARGEST_FILE = 1L << 30;

  private JsonLines() {}

  /**
   * The first rows of a file. Empty lines do not count.
   *
   * @param most the most rows
   * @param row makes something of a row, or refuses it
   * @throws MsrnnException if the file cannot be read, holds no row, or holds one that is refused
   */
  static <T> List<T> read(Path file, int most, Function<JsonRow, T> row) {
    List<T> rows = new ArrayList<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      long bytes = 0;
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      boolean ended = false;
      for (int number = 1; rows.size() < most && !ended; number++) {
        ended = readLine(in, line, file, number);
        bytes += line.size();
        if (bytes > LARGEST_FILE) {
          throw new MsrnnException(
              file + ", line " + number + ": the file has more than 1 GiB; split it");
        }
        String place = file + ", line " + number;
        String text = line.size() == 0 ? "" : TextFile.decode(line.toByteArray(), place);
        if (number == 1 && text.startsWith("\ufeff")) {
          text = text.substring(1);
        }
        if (!text.isBlank()) {
          rows.add(row.apply(new JsonRow(file, number, object(text, place))));
        }
      }
    } catch (IOException e) {
      String reason = Files.isDirectory(file) ? "it is a folder" : IoReason.of(e);
      throw new MsrnnException("cannot read " + file + ": " + reason, e);
    }
    if (rows.isEmpty()) {
      throw new MsrnnException(file + " holds no line of JSON, one or more are needed");
    }
    return rows;
  }

  /** Whether the file ended with this line. */
  private static boolean readLine(InputStream in, ByteArrayOutputStream line, Path file, int number)
      throws IOException {
    line.reset();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        return true;
      }
      if (line.size() == LONGEST_LINE) {
        throw new MsrnnException(
            file + ", line " + number + ": the line has more than 64 MiB, the most is 64 MiB");
      }
      line.write(next);
    }
    return false;
  }

  private static JsonNode object(String text, String place) {
    JsonNode node;
    try {
      node = Json.read(text, JsonNode.class);
    } catch (JacksonException e) {
      var at = e.getLocation();
      throw new MsrnnException(
          place + (at == null ? "" : ", column " + at.getColumnNr()) + ": this is not JSON", e);
    }
    if (!node.isObject()) {
      throw new MsrnnException(place + ": this is not a JSON object");
    }
    return node;
  }
}

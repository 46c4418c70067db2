package org.msrnn.eval.dataset;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.msrnn.api.MsrnnException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Files with one JSON object a line, which may come from anywhere. */
final class JsonLines {
  /** Longer than any document of these datasets. */
  private static final int LONGEST_LINE = 64 << 20;

  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonLines() {}

  /**
   * Reads a file line by line; blank lines are passed over.
   *
   * @param in the file
   * @param name its name, for messages
   * @param each is given every object, and says whether it wants more
   * @throws MsrnnException if a line holds something else, or is longer than 64 MiB
   * @throws IOException if the stream fails
   */
  static void read(InputStream in, String name, Predicate<JsonFields> each) throws IOException {
    var buffered = new BufferedInputStream(in, 1 << 16);
    var line = new ByteArrayOutputStream();
    long number = 0;
    for (boolean more = true, wanted = true; more && wanted; ) {
      line.reset();
      String where = name + ", line " + ++number;
      more = readLine(buffered, line, where);
      if (!isBlank(line)) {
        wanted = each.test(new JsonFields(where, parse(line.toByteArray(), where)));
      }
    }
  }

  /** Whether there may be another line. */
  private static boolean readLine(InputStream in, ByteArrayOutputStream line, String where)
      throws IOException {
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        return true;
      }
      if (line.size() == LONGEST_LINE) {
        throw new MsrnnException(
            where + " is longer than " + (LONGEST_LINE >> 20) + " MiB, which no document is");
      }
      line.write(b);
    }
    return false;
  }

  private static boolean isBlank(ByteArrayOutputStream line) {
    return line.size() < 256 && line.toString(StandardCharsets.UTF_8).isBlank();
  }

  private static JsonNode parse(byte[] line, String where) {
    try {
      return MAPPER.readTree(line);
    } catch (JacksonException e) {
      var at = e.getLocation();
      throw new MsrnnException(
          where
              + (at == null ? "" : ", column " + at.getColumnNr())
              + ": this is not a JSON object: "
              + e.getOriginalMessage(),
          e);
    }
  }
}

package org.msrnn.eval.io;

import java.nio.file.Path;
import org.msrnn.api.MsrnnException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON as results, journals and {@code --json} write it: fields in the order of the record. */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY).build();

  private Json() {}

  /** One line of JSON. */
  public static String line(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  /** JSON for people, over several lines. */
  public static String pretty(Object value) {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
  }

  /**
   * Reads what {@link #line} wrote.
   *
   * @throws JacksonException if the text is something else
   */
  public static <T> T read(String text, Class<T> type) {
    return MAPPER.readValue(text, type);
  }

  /**
   * Reads a part of what {@link #line} wrote.
   *
   * @throws JacksonException if it is something else
   */
  public static <T> T read(JsonNode part, Class<T> type) {
    return MAPPER.treeToValue(part, type);
  }

  /**
   * Token ids from a file that holds one JSON array of whole numbers.
   *
   * @throws MsrnnException if it holds something else
   */
  public static int[] ids(Path file) {
    String text = TextFile.read(file);
    try {
      return MAPPER.readValue(text, int[].class);
    } catch (JacksonException e) {
      var at = e.getLocation();
      throw new MsrnnException(
          file
              + (at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr())
              + ": this is not a JSON array of token ids",
          e);
    }
  }
}

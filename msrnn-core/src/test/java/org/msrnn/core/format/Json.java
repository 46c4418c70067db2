package org.msrnn.core.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A value of well-formed JSON, read for tests. What is asked for must be there; null is not
 * supported.
 */
public final class Json {
  private final Object value;

  private Json(Object value) {
    this.value = value;
  }

  /** Reads a text. */
  public static Json parse(String text) {
    return new Json(new Reader(text).value());
  }

  /** Reads a file. */
  public static Json read(Path file) {
    try {
      return parse(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A member of an object. */
  public Json get(String key) {
    Object member = ((Map<?, ?>) value).get(key);
    if (member == null) {
      throw new AssertionError("no " + key);
    }
    return new Json(member);
  }

  /** Whether an object has a member of that name. */
  public boolean has(String key) {
    return ((Map<?, ?>) value).containsKey(key);
  }

  /** The elements of an array. */
  public List<Json> list() {
    var list = new ArrayList<Json>();
    for (Object element : (List<?>) value) {
      list.add(new Json(element));
    }
    return list;
  }

  /** A text. */
  public String text() {
    return (String) value;
  }

  /** A number. */
  public double number() {
    return (Double) value;
  }

  /** An array of whole numbers. */
  public int[] ints() {
    return list().stream().mapToInt(element -> (int) element.number()).toArray();
  }

  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    private Object value() {
      char c = peek();
      return switch (c) {
        case '{' -> object();
        case '[' -> array();
        case '"' -> string();
        case 't' -> word("true", true);
        case 'f' -> word("false", false);
        default -> number();
      };
    }

    private char peek() {
      while (Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      return text.charAt(at);
    }

    private boolean take(char c) {
      if (peek() != c) {
        return false;
      }
      at++;
      return true;
    }

    private Object word(String word, Object value) {
      at += word.length();
      return value;
    }

    private Map<String, Object> object() {
      var map = new LinkedHashMap<String, Object>();
      take('{');
      while (!take('}')) {
        peek();
        String key = string();
        take(':');
        map.put(key, value());
        take(',');
      }
      return map;
    }

    private List<Object> array() {
      var list = new ArrayList<>();
      take('[');
      while (!take(']')) {
        list.add(value());
        take(',');
      }
      return list;
    }

    private Double number() {
      int from = at;
      while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      return Double.valueOf(text.substring(from, at));
    }

    private String string() {
      var out = new StringBuilder();
      for (at++; text.charAt(at) != '"'; at++) {
        if (text.charAt(at) != '\\') {
          out.append(text.charAt(at));
          continue;
        }
        char c = text.charAt(++at);
        switch (c) {
          case 'n' -> out.append('\n');
          case 't' -> out.append('\t');
          case 'r' -> out.append('\r');
          case 'b' -> out.append('\b');
          case 'f' -> out.append('\f');
          case 'u' -> {
            out.append((char) Integer.parseInt(text, at + 1, at + 5, 16));
            at += 4;
          }
          default -> out.append(c);
        }
      }
      at++;
      return out.toString();
    }
  }
}

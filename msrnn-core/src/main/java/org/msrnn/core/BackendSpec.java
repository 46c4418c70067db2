package org.msrnn.core;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.msrnn.api.InvalidOptionException;

/**
 * A backend as users write it: {@code name} or {@code name:option=value,option=value}. The first
 * may be a word alone: the device where the backend has some to choose from ({@code opencl:1},
 * {@code opencl:h100,memory-mib=2048}), else a flag ({@code cpu:round-q8}).
 *
 * @param name the name it is found by
 * @param word the word alone, empty if there is none
 * @param options the other options, by name
 */
public record BackendSpec(String name, String word, SortedMap<String, String> options) {
  private static final String DEVICE = "device";
  private static final String NAME = "[a-z][a-z0-9-]*";
  private static final Pattern SHAPE = Pattern.compile("(" + NAME + ")(?::(.+))?");
  private static final Pattern OPTION = Pattern.compile("(" + NAME + ")(?:=(.*))?");

  /** Copies the options. */
  public BackendSpec {
    options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
  }

  /**
   * Reads a specification.
   *
   * @throws InvalidOptionException if the text has another shape, or an option stands twice
   */
  public static BackendSpec parse(String text) {
    Matcher shape = SHAPE.matcher(text.strip());
    if (!shape.matches()) {
      throw malformed(text);
    }
    String word = "";
    SortedMap<String, String> options = new TreeMap<>();
    String[] parts = shape.group(2) == null ? new String[0] : shape.group(2).split(",", -1);
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i].strip();
      Matcher option = OPTION.matcher(part);
      if (i == 0 && !part.isEmpty() && !part.contains("=")) {
        word = part;
      } else if (option.matches()) {
        String value = option.group(2) == null ? "" : option.group(2).strip();
        if (options.put(option.group(1), value) != null) {
          throw twice(option.group(1), text);
        }
      } else {
        throw malformed(text);
      }
    }
    return new BackendSpec(shape.group(1), word, options);
  }

  /**
   * All options by name.
   *
   * @param choosesDevice whether the backend has devices, one of which is the word
   * @throws InvalidOptionException if the word gives again what an option gives
   */
  public SortedMap<String, String> options(boolean choosesDevice) {
    if (word.isEmpty()) {
      return options;
    }
    SortedMap<String, String> all = new TreeMap<>(options);
    String key = choosesDevice ? DEVICE : word;
    if (all.put(key, choosesDevice ? word : "") != null) {
      throw twice(key, toString());
    }
    return all;
  }

  /**
   * The same with one more option.
   *
   * @throws InvalidOptionException if it has the option already
   */
  public BackendSpec with(String option, String value) {
    SortedMap<String, String> all = new TreeMap<>(options);
    if (all.put(option, value) != null || word.equals(option)) {
      throw twice(option, toString());
    }
    return new BackendSpec(name, word, all);
  }

  private static InvalidOptionException twice(String option, String text) {
    return new InvalidOptionException(option, "'" + text + "' gives " + option + " twice");
  }

  private static InvalidOptionException malformed(String text) {
    return new InvalidOptionException(
        "backend",
        "'"
            + text
            + "' is not understood; write name, name:device or name:option=value,option=value");
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name);
    String separator = ":";
    if (!word.isEmpty()) {
      text.append(separator).append(word);
      separator = ",";
    }
    for (var option : options.entrySet()) {
      text.append(separator).append(option.getKey());
      // a flag that came first would be read as the word
      if (!option.getValue().isEmpty() || separator.equals(":")) {
        text.append('=').append(option.getValue());
      }
      separator = ",";
    }
    return text.toString();
  }
}

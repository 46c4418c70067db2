package org.msrnn.core;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.msrnn.api.InvalidOptionException;

/**
 * A policy, planner, position scheme or backend as users write it: {@code name} or {@code
 * name:option=value,option=value}. {@code name+4} is short for {@code name:sinks=4}.
 *
 * @param name the name it is found by
 * @param options the options, by name
 */
public record PolicySpec(String name, SortedMap<String, String> options) {
  private static final String NAME = "[a-z][a-z0-9-]*";
  private static final Pattern SHAPE =
      Pattern.compile("(" + NAME + ")(?:\\+([0-9]{1,9}))?(?::(.*))?");
  private static final Pattern OPTION = Pattern.compile("(" + NAME + ")(?:=([^,]*))?");

  /** Copies the options. */
  public PolicySpec {
    options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
  }

  /** A specification without options. */
  public static PolicySpec of(String name) {
    return new PolicySpec(name, new TreeMap<>());
  }

  /**
   * Reads a specification.
   *
   * @throws InvalidOptionException if the text has another shape, or an option stands twice
   */
  public static PolicySpec parse(String text) {
    Matcher shape = SHAPE.matcher(text.strip());
    if (!shape.matches()) {
      throw malformed(text);
    }
    SortedMap<String, String> options = new TreeMap<>();
    if (shape.group(2) != null) {
      options.put("sinks", shape.group(2));
    }
    if (shape.group(3) != null) {
      for (String one : shape.group(3).split(",", -1)) {
        Matcher option = OPTION.matcher(one.strip());
        if (!option.matches()) {
          throw malformed(text);
        }
        String value = option.group(2) == null ? "" : option.group(2).strip();
        if (options.put(option.group(1), value) != null) {
          throw new InvalidOptionException(
              option.group(1), "'" + text + "' gives " + option.group(1) + " twice");
        }
      }
    }
    return new PolicySpec(shape.group(1), options);
  }

  private static InvalidOptionException malformed(String text) {
    return new InvalidOptionException(
        text,
        "'"
            + text
            + "' is not understood; write name, name+sinks or name:option=value,option=value");
  }

  /** The shortest form that {@link #parse} reads as this. */
  @Override
  public String toString() {
    Map<String, String> rest = new TreeMap<>(options);
    String sinks = rest.remove("sinks");
    boolean plain = sinks != null && rest.isEmpty() && sinks.matches("[0-9]{1,9}");
    if (plain) {
      return name + "+" + sinks;
    }
    if (options.isEmpty()) {
      return name;
    }
    return name
        + ":"
        + options.entrySet().stream()
            .map(o -> o.getValue().isEmpty() ? o.getKey() : o.getKey() + "=" + o.getValue())
            .collect(Collectors.joining(","));
  }
}

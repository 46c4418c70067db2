package org.msrnn.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.msrnn.api.InvalidOptionException;

/**
 * A policy, planner, position scheme or backend as users write it: {@code name} or {@code
 * name:option=value,option=value}. A first value without a name is the option that is called like
 * the thing: {@code pool:5} is {@code pool:pool=5}. {@code name+4} is short for {@code
 * name:sinks=4}.
 *
 * <p>A policy may have wrappers, the innermost first: {@code h2o:recent=8+pool:5+sinks:4}. {@code
 * ada(h2o)} is another way to write {@code h2o+ada}.
 *
 * @param name the name it is found by
 * @param options the options, by name
 * @param wrappers what is wrapped around it, without wrappers of their own
 */
public record PolicySpec(
    String name, SortedMap<String, String> options, List<PolicySpec> wrappers) {
  private static final String NAME = "[a-z][a-z0-9-]*";
  private static final Pattern SHAPE =
      Pattern.compile("(" + NAME + ")(?:\\+([0-9]{1,9}))?(?::(.*))?");
  private static final Pattern OPTION = Pattern.compile("(" + NAME + ")(?:=([^,]*))?");
  private static final Pattern PREFIX = Pattern.compile("(" + NAME + "(?::[^()]*)?)\\((.*)\\)");
  private static final Pattern NEXT_WRAPPER = Pattern.compile("\\+(?=[a-z])");
  private static final int MOST_WRAPPERS = 16;

  /** Copies the options and wrappers. */
  public PolicySpec {
    options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
    wrappers = List.copyOf(wrappers);
  }

  /** A specification without options. */
  public static PolicySpec of(String name) {
    return new PolicySpec(name, new TreeMap<>(), List.of());
  }

  /**
   * Reads a specification.
   *
   * @throws InvalidOptionException if the text has another shape, or an option stands twice
   */
  public static PolicySpec parse(String text) {
    PolicySpec spec = read(text, text, MOST_WRAPPERS);
    if (spec.wrappers.size() > MOST_WRAPPERS) {
      throw malformed(text);
    }
    return spec;
  }

  private static PolicySpec read(String part, String whole, int depth) {
    int inner = part.lastIndexOf(')');
    List<String> parts = List.of(NEXT_WRAPPER.split(part.substring(inner + 1), -1));
    String first = part.substring(0, inner + 1) + parts.getFirst();
    PolicySpec base;
    Matcher prefix = PREFIX.matcher(first.strip());
    if (prefix.matches() && depth > 0) {
      base = read(prefix.group(2), whole, depth - 1).with(single(prefix.group(1), whole));
    } else {
      base = single(first, whole);
    }
    for (String wrapper : parts.subList(1, parts.size())) {
      base = base.with(single(wrapper, whole));
    }
    return base;
  }

  private PolicySpec with(PolicySpec wrapper) {
    List<PolicySpec> all = new ArrayList<>(wrappers);
    all.add(wrapper);
    return new PolicySpec(name, options, all);
  }

  private static PolicySpec single(String part, String whole) {
    Matcher shape = SHAPE.matcher(part.strip());
    if (!shape.matches()) {
      throw malformed(whole);
    }
    String name = shape.group(1);
    SortedMap<String, String> options = new TreeMap<>();
    if (shape.group(2) != null) {
      options.put("sinks", shape.group(2));
    }
    if (shape.group(3) != null) {
      boolean first = true;
      for (String one : shape.group(3).split(",", -1)) {
        Matcher option = OPTION.matcher(one.strip());
        boolean named = option.matches();
        if (!named && (!first || one.isBlank() || one.contains("="))) {
          throw malformed(whole);
        }
        String key = named ? option.group(1) : name;
        String value = named ? option.group(2) : one;
        if (options.put(key, value == null ? "" : value.strip()) != null) {
          throw new InvalidOptionException(key, "'" + whole + "' gives " + key + " twice");
        }
        first = false;
      }
    }
    return new PolicySpec(name, options, List.of());
  }

  private static InvalidOptionException malformed(String text) {
    return new InvalidOptionException(
        text,
        "'"
            + text
            + "' is not understood; write name, name+sinks or name:option=value,option=value, and"
            + " for wrappers policy+wrapper:value or wrapper(policy)");
  }

  /** The shortest form that {@link #parse} reads as this. */
  @Override
  public String toString() {
    return own()
        + wrappers.stream().map(wrapper -> "+" + wrapper.own()).collect(Collectors.joining());
  }

  private String own() {
    Map<String, String> rest = new TreeMap<>(options);
    String sinks = rest.remove("sinks");
    if (sinks != null && rest.isEmpty() && sinks.matches("[0-9]{1,9}") && !name.equals("sinks")) {
      return name + "+" + sinks;
    }
    rest = new TreeMap<>(options);
    List<String> words = new ArrayList<>();
    String unnamed = rest.get(name);
    if (unnamed != null && !unnamed.contains("=") && !OPTION.matcher(unnamed).matches()) {
      rest.remove(name);
      words.add(unnamed);
    }
    rest.forEach((key, value) -> words.add(value.isEmpty() ? key : key + "=" + value));
    return words.isEmpty() ? name : name + ":" + String.join(",", words);
  }
}

package org.msrnn.api.policy;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;

/**
 * Options of a policy, planner or scheme as the user wrote them ({@code name:option=value,...}).
 * Each read is checked and remembered, so that {@link #refuseUnread} can name the ones that do not
 * exist.
 */
public final class Options {
  private final String owner;
  private final Map<String, String> given;
  private final Set<String> read = new LinkedHashSet<>();

  /**
   * Options of something.
   *
   * @param owner whose options they are, for messages: {@code policy tova}
   * @param given the values by name
   */
  public Options(String owner, Map<String, String> given) {
    this.owner = owner;
    this.given = Map.copyOf(given);
  }

  /** No options. */
  public static Options none(String owner) {
    return new Options(owner, Map.of());
  }

  /** A whole number from {@code least} to {@code most}. */
  public int integer(String name, int otherwise, int least, int most) {
    String text = value(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // refused below, with the same sentence as a number out of range
    }
    String range = most == Integer.MAX_VALUE ? least + " or more" : least + " to " + most;
    throw refuse(name, text, "a whole number, " + range);
  }

  /** A number from {@code least} to {@code most}. */
  public double number(String name, double otherwise, double least, double most) {
    String text = value(name);
    if (text == null) {
      return otherwise;
    }
    try {
      double value = Double.parseDouble(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // refused below, with the same sentence as a number out of range
    }
    throw refuse(name, text, "a number, " + least + " to " + most);
  }

  /** {@code true} or {@code false}; the name alone means true. */
  public boolean flag(String name, boolean otherwise) {
    String text = value(name);
    if (text == null) {
      return otherwise;
    }
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "", "true" -> true;
      case "false" -> false;
      default -> throw refuse(name, text, "true or false");
    };
  }

  /** One of an enum's constants, written in lower case with hyphens ({@code kv-head}). */
  public <E extends Enum<E>> E choice(String name, E otherwise) {
    String text = value(name);
    if (text == null) {
      return otherwise;
    }
    E[] all = otherwise.getDeclaringClass().getEnumConstants();
    for (E one : all) {
      if (written(one).equals(text)) {
        return one;
      }
    }
    throw refuse(
        name, text, Arrays.stream(all).map(Options::written).collect(Collectors.joining(" or ")));
  }

  /** Any text, for example the path of a profile. */
  public String text(String name, String otherwise) {
    String text = value(name);
    return text == null ? otherwise : text;
  }

  /**
   * Refuses the options that were given and never read.
   *
   * @throws InvalidOptionException naming the option and those that exist
   */
  public void refuseUnread() {
    for (String name : given.keySet().stream().sorted().toList()) {
      if (!read.contains(name)) {
        throw new InvalidOptionException(
            name,
            owner
                + " has no option '"
                + name
                + "'; it has "
                + (read.isEmpty() ? "none" : String.join(", ", read)));
      }
    }
  }

  /** The names that were asked for so far, in that order. */
  public Set<String> names() {
    return Set.copyOf(read);
  }

  /** How an enum constant is written in an option. */
  public static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private @Nullable String value(String name) {
    read.add(name);
    return given.get(name);
  }

  private InvalidOptionException refuse(String name, String found, String allowed) {
    return new InvalidOptionException(name + " of " + owner, "'" + found + "'", allowed);
  }
}

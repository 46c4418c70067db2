package org.msrnn.api.policy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
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
  private final Map<String, Declared> read = new LinkedHashMap<>();

  /**
   * An option that somebody asked for.
   *
   * @param name its name
   * @param allowed the values it may have, in words
   * @param otherwise what holds if it is not given, as it would be written, or in words
   */
  public record Declared(String name, String allowed, String otherwise) {}

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
    return integer(name, Integer.toString(otherwise), least, most).orElse(otherwise);
  }

  /**
   * A whole number from {@code least} to {@code most}, or none where it is not given.
   *
   * @param otherwise what holds then, in words: {@code half of k}
   */
  public OptionalInt integer(String name, String otherwise, int least, int most) {
    String range = most == Integer.MAX_VALUE ? least + " or more" : least + " to " + most;
    String allowed = "a whole number, " + range;
    String text = value(name, allowed, otherwise);
    if (text == null) {
      return OptionalInt.empty();
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return OptionalInt.of(value);
      }
    } catch (NumberFormatException e) {
      // refused below, with the same sentence as a number out of range
    }
    throw refuse(name, text, allowed);
  }

  /** A number from {@code least} to {@code most}. */
  public double number(String name, double otherwise, double least, double most) {
    String range = most == Double.MAX_VALUE ? least + " or more" : least + " to " + most;
    String allowed = "a number, " + range;
    String text = value(name, allowed, Double.toString(otherwise));
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
    throw refuse(name, text, allowed);
  }

  /** {@code true} or {@code false}; the name alone means true. */
  public boolean flag(String name, boolean otherwise) {
    String allowed = "true or false";
    String text = value(name, allowed, Boolean.toString(otherwise));
    if (text == null) {
      return otherwise;
    }
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "", "true" -> true;
      case "false" -> false;
      default -> throw refuse(name, text, allowed);
    };
  }

  /** One of an enum's constants, written in lower case with hyphens ({@code kv-head}). */
  public <E extends Enum<E>> E choice(String name, E otherwise) {
    E[] all = otherwise.getDeclaringClass().getEnumConstants();
    String allowed = Arrays.stream(all).map(Options::written).collect(Collectors.joining(" or "));
    String text = value(name, allowed, written(otherwise));
    if (text == null) {
      return otherwise;
    }
    for (E one : all) {
      if (written(one).equals(text)) {
        return one;
      }
    }
    throw refuse(name, text, allowed);
  }

  /**
   * Any text, for example the path of a profile.
   *
   * @param allowed what it may be, in words, for messages: {@code a file with a line a layer}
   */
  public String text(String name, String otherwise, String allowed) {
    String text = value(name, allowed, otherwise);
    return text == null ? otherwise : text;
  }

  /**
   * A complaint about an option, for what only its reader can check.
   *
   * @param found what is wrong with it, the value included
   * @param allowed what is right
   */
  public InvalidOptionException refusal(String name, String found, String allowed) {
    return new InvalidOptionException(name + " of " + owner, found, allowed);
  }

  /**
   * Refuses the options that were given and never read.
   *
   * @throws InvalidOptionException naming the option and those that exist
   */
  public void refuseUnread() {
    for (String name : given.keySet().stream().sorted().toList()) {
      if (!read.containsKey(name)) {
        throw new InvalidOptionException(
            name,
            owner
                + " has no option '"
                + name
                + "'; it has "
                + (read.isEmpty() ? "none" : String.join(", ", read.keySet())));
      }
    }
  }

  /** Whether every option that was given has been asked for. */
  public boolean allRead() {
    return read.keySet().containsAll(given.keySet());
  }

  /** The options that were asked for so far, in that order. */
  public List<Declared> declared() {
    return List.copyOf(read.values());
  }

  /** How an enum constant is written in an option. */
  public static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private @Nullable String value(String name, String allowed, String otherwise) {
    read.put(name, new Declared(name, allowed, otherwise));
    return given.get(name);
  }

  private InvalidOptionException refuse(String name, String found, String allowed) {
    return refusal(name, "'" + found + "'", allowed);
  }
}

package org.msrnn.api.testkit;

import static org.msrnn.api.testkit.PolicySubject.require;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.policy.Options;

/**
 * What every service with a name and options must keep.
 *
 * @param kind what it makes: {@code policy}
 * @param name its name
 * @param create what it makes of options
 * @param options those that it is tried with
 */
record ServiceRules(
    String kind, Supplier<String> name, Function<Options, ?> create, Map<String, String> options) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
  private static final String UNKNOWN = "no-such-option";
  private static final String NONSENSE = "?!";

  Stream<Rule> all() {
    return Stream.of(
        new Rule("the name is well formed and stable", this::checkName),
        new Rule("unknown options are refused by name", this::unknownOptions),
        new Rule("bad values of options are refused by name", this::badValues),
        new Rule("toString names the " + kind + " and is stable", this::text));
  }

  private void checkName() {
    String found = name.get();
    require(
        found != null && NAME.matcher(found).matches(),
        "the name is '"
            + found
            + "', allowed are lower-case ASCII letters, digits and hyphens, a"
            + " letter first, at most 64");
    String again = name.get();
    require(found.equals(again), "the name is '" + found + "', then '" + again + "'");
  }

  private void unknownOptions() {
    Map<String, String> given = new LinkedHashMap<>(options);
    given.put(UNKNOWN, "1");
    String refused = refusal(given);
    require(
        refused.contains(UNKNOWN),
        "the option " + UNKNOWN + " is not refused by name, but with: " + refused);
    String own = refusal(options);
    require(own.isEmpty(), "its own options are refused, since create does not read them: " + own);
  }

  private void badValues() {
    Options read = of(options);
    var _ = create.apply(read);
    for (Options.Declared declared : read.declared()) {
      String option = declared.name();
      Map<String, String> given = new LinkedHashMap<>(options);
      given.put(option, NONSENSE);
      String refused = refusal(given);
      require(
          refused.isEmpty() || refused.contains(option),
          "the value "
              + NONSENSE
              + " of "
              + option
              + " is not refused by name, but with: "
              + refused);
    }
  }

  /** Makes one as the core does; the sentence that refuses the options, or nothing. */
  private String refusal(Map<String, String> given) {
    Options read = of(given);
    try {
      var _ = create.apply(read);
      read.refuseUnread();
      return "";
    } catch (InvalidOptionException e) {
      return e.getMessage() == null ? "no sentence" : e.getMessage();
    } catch (RuntimeException e) {
      throw new ContractViolation("create with " + given + " threw " + e, e);
    }
  }

  private Options of(Map<String, String> given) {
    return new Options(kind + " " + name.get(), given);
  }

  /** Saved states and results are known by it, in later runs too. */
  private void text() {
    Object one = create.apply(of(options));
    named(kind, one);
    String text = String.valueOf(one);
    String again = String.valueOf(create.apply(of(options)));
    require(text.equals(again), "toString is '" + text + "', of the next one '" + again + "'");
  }

  /** Fails unless something has a toString of its own. */
  static void named(String what, Object found) {
    String text = String.valueOf(found);
    String identity = Integer.toHexString(System.identityHashCode(found));
    require(
        !text.isBlank() && !text.endsWith("@" + identity),
        "toString of the "
            + what
            + " is '"
            + text
            + "', which no other run will print; a record's says what is needed");
  }
}

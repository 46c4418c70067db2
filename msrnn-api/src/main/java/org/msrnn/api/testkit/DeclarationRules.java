package org.msrnn.api.testkit;

import static org.msrnn.api.testkit.PolicySubject.require;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/** What a provider and its policy say of themselves. */
record DeclarationRules(PolicySubject subject) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
  private static final String UNKNOWN = "no-such-option";
  private static final String NONSENSE = "?!";
  private static final List<Integer> STATES = List.of(1, 2, 3, 8, 1000, Integer.MAX_VALUE);

  Stream<Rule> all() {
    return Stream.of(
        new Rule("the name is well formed and stable", this::name),
        new Rule("the summary is one line", this::summary),
        new Rule("unknown options are refused by name", this::unknownOptions),
        new Rule("bad values of options are refused by name", this::badValues),
        new Rule("declarations are sane", this::sane),
        new Rule("declarations are stable", this::stable),
        new Rule("toString names the policy and is stable", this::text),
        new Rule("pins leave something to drop", this::pins));
  }

  private void name() {
    String name = subject.provider().name();
    require(
        name != null && NAME.matcher(name).matches(),
        "the name is '"
            + name
            + "', allowed are lower-case ASCII letters, digits and hyphens, a"
            + " letter first, at most 64");
    String again = subject.provider().name();
    require(name.equals(again), "the name is '" + name + "', then '" + again + "'");
  }

  private void summary() {
    String summary = subject.provider().summary();
    require(
        summary != null && !summary.isBlank() && summary.lines().count() == 1,
        "the summary is '" + summary + "', allowed is one line of text");
  }

  private void unknownOptions() {
    Map<String, String> given = new LinkedHashMap<>(subject.options());
    given.put(UNKNOWN, "1");
    String refused = refusal(given);
    require(
        refused.contains(UNKNOWN),
        "the option " + UNKNOWN + " is not refused by name, but with: " + refused);
    String own = refusal(subject.options());
    require(own.isEmpty(), "its own options are refused, since create does not read them: " + own);
  }

  private void badValues() {
    Options options = new Options("policy " + subject.provider().name(), subject.options());
    subject.provider().create(options);
    for (Options.Declared declared : options.declared()) {
      String option = declared.name();
      Map<String, String> given = new LinkedHashMap<>(subject.options());
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

  /** Creates a policy as the core does; the sentence that refuses the options, or nothing. */
  private String refusal(Map<String, String> given) {
    Options options = new Options("policy " + subject.provider().name(), given);
    try {
      subject.provider().create(options);
      options.refuseUnread();
      return "";
    } catch (InvalidOptionException e) {
      return e.getMessage() == null ? "no sentence" : e.getMessage();
    } catch (RuntimeException e) {
      throw new ContractViolation("create with " + given + " threw " + e, e);
    }
  }

  /** Saved states and results are known by it, in later runs too. */
  private void text() {
    EvictionPolicy policy = subject.create();
    String text = String.valueOf(policy);
    String identity = Integer.toHexString(System.identityHashCode(policy));
    require(
        !text.isBlank() && !text.endsWith("@" + identity),
        "toString is '"
            + text
            + "', which no other run will print; a record's says what is needed");
    String again = String.valueOf(subject.create());
    require(text.equals(again), "toString is '" + text + "', of the next one '" + again + "'");
  }

  private void sane() {
    EvictionPolicy policy = subject.create();
    int columns = policy.columns();
    require(
        columns >= 0 && columns <= PolicySimulation.MOST_COLUMNS,
        "columns is " + columns + ", allowed is 0 to " + PolicySimulation.MOST_COLUMNS);
    Signals signals = policy.observes();
    require(signals != null, "observes returned null");
    require(policy.granularity() != null, "granularity returned null");
    Trigger trigger = policy.trigger();
    require(trigger != null, "trigger returned null");
    boolean rows = signals.rows() != Signals.Rows.NONE;
    require(
        !policy.positional() || (!rows && trigger.equals(Trigger.EVERY_STEP)),
        "a positional policy acts at every step and is handed no rows, but it declares "
            + signals
            + " and "
            + trigger);
    require(policy.program() != null, "program returned null");
    policy.program().ifPresent(program -> sane(program, policy));
  }

  private static void sane(ScoreProgram program, EvictionPolicy policy) {
    Signals signals = policy.observes();
    switch (program) {
      case ScoreProgram.LastRow _ -> oneRow(program, signals);
      case ScoreProgram.Accumulate sum -> {
        oneRow(program, signals);
        require(
            sum.decay() > 0 && sum.decay() <= 1 && (sum.power() == 1 || sum.power() == 2),
            program + ": the decay is above 0 and at most 1, the power 1 or 2");
        require(policy.columns() > 0, program + " keeps its sum in column 0, but there is none");
      }
      case ScoreProgram.Position _ -> {}
      case ScoreProgram.KeyNorm _ ->
          require(signals.keys(), program + " needs keys, but the policy declares " + signals);
    }
  }

  private static void oneRow(ScoreProgram program, Signals signals) {
    require(
        signals.rows() == Signals.Rows.SET,
        program + " works on one row a set, but the policy declares " + signals);
  }

  private void stable() {
    EvictionPolicy policy = subject.create();
    String before = declarations(policy);
    require(before.equals(declarations(policy)), "declarations change from call to call");
    subject.scenarios(3).forEach(scenario -> scenario.run(policy));
    require(
        before.equals(declarations(policy)),
        "declarations change with use: " + before + ", then " + declarations(policy));
    String other = declarations(subject.create());
    require(before.equals(other), "two instances declare " + before + " and " + other);
  }

  private static String declarations(EvictionPolicy policy) {
    StringBuilder all = new StringBuilder();
    all.append(policy.observes()).append(", ").append(policy.granularity());
    all.append(", ").append(policy.columns()).append(" columns, ").append(policy.trigger());
    all.append(policy.positional() ? ", positional, " : ", ").append(policy.program());
    for (int states : STATES) {
      all.append(", ").append(states).append(": ").append(policy.pins(states));
    }
    return all.toString();
  }

  private void pins() {
    EvictionPolicy policy = subject.create();
    for (int states : STATES) {
      try {
        Pins pins = policy.pins(states);
        require(pins != null, "pins(" + states + ") returned null");
      } catch (RuntimeException e) {
        throw new ContractViolation("pins(" + states + ") threw " + e, e);
      }
    }
    require(!subject.budgets().isEmpty(), "no budget is workable");
  }
}

package org.msrnn.api.testkit;

import static org.msrnn.api.testkit.PolicySubject.require;

import java.util.List;
import java.util.stream.Stream;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/** What a provider and its policy say of themselves. */
record DeclarationRules(PolicySubject subject) {
  private static final List<Integer> STATES = List.of(1, 2, 3, 8, 1000, Integer.MAX_VALUE);

  /** From one head of one number to the layers of a large model. */
  private static final List<SetShape> SHAPES =
      List.of(
          new SetShape(1, 1, 1),
          new SetShape(3, 2, 5),
          new SetShape(1, 4, 64),
          new SetShape(8, 8, 128),
          new SetShape(32, 1, 128));

  Stream<Rule> all() {
    EvictionPolicyProvider provider = subject.provider();
    Stream<Rule> service =
        new ServiceRules("policy", provider::name, provider::create, subject.options()).all();
    return Stream.concat(
        service,
        Stream.of(
            new Rule("the summary is one line", this::summary),
            new Rule("declarations are sane", this::sane),
            new Rule("declarations are stable", this::stable),
            new Rule("pins leave something to drop", this::pins)));
  }

  private void summary() {
    String summary = subject.provider().summary();
    require(
        summary != null && !summary.isBlank() && summary.lines().count() == 1,
        "the summary is '" + summary + "', allowed is one line of text");
  }

  private void sane() {
    EvictionPolicy policy = subject.create();
    for (SetShape shape : SHAPES) {
      size("columns of " + shape, policy.columns(shape), PolicySimulation.MOST_COLUMNS);
      size("memory of " + shape, policy.memory(shape), PolicySimulation.MOST_MEMORY);
    }
    require(policy.budgets() != null, "budgets returned null");
    ServiceRules.named("budget planner", policy.budgets());
    require(policy.positions() != null, "positions returned null");
    ServiceRules.named("position scheme", policy.positions());
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

  private static void size(String what, int found, int most) {
    require(found >= 0 && found <= most, what + " is " + found + ", allowed is 0 to " + most);
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
        require(
            policy.columns(SHAPES.getFirst()) > 0,
            program + " keeps its sum in column 0, but there is none");
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
    all.append(", ").append(policy.trigger());
    all.append(policy.positional() ? ", positional, " : ", ").append(policy.program());
    all.append(", ").append(policy.budgets()).append(", ").append(policy.positions());
    for (SetShape shape : SHAPES) {
      all.append(", ").append(policy.columns(shape)).append(" columns, ");
      all.append(policy.memory(shape)).append(" numbers a set");
    }
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
    int least = subject.budgets().getFirst();
    for (int states = least; states <= PolicySubject.MOST_WORKABLE; states++) {
      require(
          PolicySubject.workable(policy, states),
          "budget "
              + least
              + " leaves something to drop, but "
              + states
              + " does not: "
              + policy.pins(states));
    }
  }
}

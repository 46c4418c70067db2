package org.msrnn.api.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.Options;

/**
 * What every budget planner must keep, as executable rules: no model and no test framework needed.
 * Each rule tries the planner on models of 1 to 32 layers and 1 to 8 KV heads, with k from the
 * least that a policy can work with to a million, and, if it is adaptive, on demands of all sizes,
 * zeros and huge ones among them; a message names the seed that shows the fault.
 *
 * <p>A planner may refuse a request by an exception of msrnn that says why, but not every one of
 * those that it is tried on: one that is made for a certain model is tried {@link #on} that.
 */
public final class PlannerContract {
  private static final int SEEDS = 200;

  private final BudgetPlannerProvider provider;
  private final Map<String, String> options;
  private final PlannerTrials.Model model;
  private final boolean exact;
  private final int seeds;

  private PlannerContract(
      BudgetPlannerProvider provider,
      Map<String, String> options,
      PlannerTrials.Model model,
      boolean exact,
      int seeds) {
    this.provider = provider;
    this.options = Map.copyOf(options);
    this.model = model;
    this.exact = exact;
    this.seeds = seeds;
  }

  /** The contract of a planner without options. */
  public static PlannerContract of(BudgetPlannerProvider provider) {
    return of(provider, Map.of());
  }

  /** The contract of a planner with options. */
  public static PlannerContract of(BudgetPlannerProvider provider, Map<String, String> options) {
    return new PlannerContract(provider, options, PlannerTrials.Model.ANY, false, SEEDS);
  }

  /** The same for a planner that promises to spend k a layer and KV head to the last state. */
  public PlannerContract exact() {
    return new PlannerContract(provider, options, model, true, seeds);
  }

  /** The same on models of one size. */
  public PlannerContract on(int layers, int kvHeads) {
    var size = new PlannerTrials.Model(layers, kvHeads);
    return new PlannerContract(provider, options, size, exact, seeds);
  }

  /**
   * The same with another number of requests for each rule.
   *
   * @param count 1 or more
   */
  public PlannerContract withSeeds(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("a rule needs 1 or more seeds, found " + count);
    }
    return new PlannerContract(provider, options, model, exact, count);
  }

  /** The rules. */
  public Stream<Rule> rules() {
    var trials = new PlannerTrials(this::create, model, exact, seeds);
    List<Rule> rules =
        new ArrayList<>(
            new ServiceRules("budget planner", provider::name, provider::create, options)
                .all()
                .toList());
    trials.addTo(rules);
    return rules.stream().map(this::named);
  }

  private BudgetPlanner create() {
    return provider.create(new Options("budget planner " + provider.name(), options));
  }

  private Rule named(Rule rule) {
    String given = options.isEmpty() ? "" : " with " + options;
    return rule.named(provider.getClass().getName() + given);
  }

  /**
   * Checks all rules.
   *
   * @throws ContractViolation at the first that is broken
   */
  public void verify() {
    rules().forEach(Rule::check);
  }
}

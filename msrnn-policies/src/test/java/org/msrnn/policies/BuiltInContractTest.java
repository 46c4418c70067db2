package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.msrnn.api.policy.Options;
import org.msrnn.api.testkit.PolicyContract;

/** The contract kit over every built-in policy and option. */
class BuiltInContractTest {
  private static final int SEEDS = 1000;

  /** For what sinks and windows add to a policy, which are masks of the core: everything twice. */
  private static final int PIN_SEEDS = 216;

  @TestFactory
  Stream<DynamicContainer> everyBuiltInPolicyKeepsTheContract() {
    return Policies.SPECS.stream()
        .map(
            spec ->
                dynamicContainer(
                    spec,
                    PolicyContract.of(Policies.provider(spec), Policies.options(spec))
                        .withSeeds(
                            spec.matches("[a-z0-9-]+(:granularity=kv-head)?") ? SEEDS : PIN_SEEDS)
                        .rules()
                        .map(rule -> dynamicTest(rule.name(), rule::check))));
  }

  @Test
  void everyOptionOfEveryPolicyIsTried() {
    Set<String> tried = new HashSet<>();
    for (String spec : Policies.SPECS) {
      String name = Policies.provider(spec).name();
      tried.add(name);
      Policies.options(spec).keySet().forEach(option -> tried.add(name + ":" + option));
    }

    assertThat(Policies.PROVIDERS)
        .allSatisfy(
            provider -> {
              Options options = Options.none(provider.name());
              provider.create(options);
              assertThat(tried).contains(provider.name());
              for (Options.Declared option : options.declared()) {
                assertThat(tried).contains(provider.name() + ":" + option.name());
              }
            });
  }
}

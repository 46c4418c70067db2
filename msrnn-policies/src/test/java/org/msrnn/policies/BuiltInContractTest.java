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
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.msrnn.api.policy.Options;
import org.msrnn.api.testkit.PolicyContract;

/** The contract kit over every built-in policy and option. */
class BuiltInContractTest {
  private static final int SEEDS = 1000;

  /** For what sinks and windows add to a policy, which are masks of the core: everything twice. */
  private static final int PIN_SEEDS = 216;

  /** A policy as it is by default, or one set a KV head, or under wrappers. */
  private static final String WHOLE = "[a-z0-9-]+(:granularity=[a-z-]+)?([+].*)?";

  @TestFactory
  @Execution(ExecutionMode.CONCURRENT)
  Stream<DynamicContainer> everyBuiltInPolicyKeepsTheContract() {
    return Policies.SPECS.stream()
        .map(
            spec ->
                dynamicContainer(
                    spec,
                    contract(spec)
                        .withSeeds(spec.matches(WHOLE) ? SEEDS : PIN_SEEDS)
                        .rules()
                        .map(rule -> dynamicTest(rule.name(), rule::check))));
  }

  private static PolicyContract contract(String spec) {
    String[] parts = spec.split("\\+(?=[a-z])");
    PolicyContract contract =
        PolicyContract.of(Policies.provider(parts[0]), Policies.options(parts[0]));
    for (int i = 1; i < parts.length; i++) {
      contract = contract.wrapped(Policies.wrapper(parts[i]), Policies.options(parts[i]));
    }
    return contract;
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

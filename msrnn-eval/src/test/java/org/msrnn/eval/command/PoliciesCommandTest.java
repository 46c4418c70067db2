package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Options;
import org.msrnn.core.plugin.Found;

class PoliciesCommandTest {
  @Test
  void aProviderThatThrowsKeepsItsLineAndSaysWhy() {
    EvictionPolicyProvider provider =
        new EvictionPolicyProvider() {
          @Override
          public String name() {
            return "thrower";
          }

          @Override
          public String summary() {
            return "throws";
          }

          @Override
          public EvictionPolicy create(Options options) {
            throw new IllegalStateException("not today");
          }
        };
    var line = PoliciesCommand.Policy.of(new Found<>("thrower", provider, "acme", "thrower.jar"));
    assertThat(line.name()).isEqualTo("thrower");
    assertThat(line.summary()).isEqualTo("throws");
    assertThat(line.observes()).contains("cannot be made").contains("not today");
    assertThat(line.origin()).isEqualTo("thrower.jar");
  }
}

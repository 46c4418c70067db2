package org.msrnn.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;
import org.msrnn.api.policy.WrappedPolicy;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.plugin.Found;

class PolicyPageTest {
  private static final Catalog CATALOG = Catalog.discover(List.of());
  private static final List<String> AROUND = List.of("tova", "tova:granularity=kv-head");

  @Test
  void docsHoldWhatTheToolPrints() throws IOException {
    String page = Files.readString(Path.of("../docs/policies.md"));

    assertThat(page)
        .as("docs/policies.md is stale; renew it: ./msrnn policies --markdown > docs/policies.md")
        .isEqualTo(PolicyPage.of(CATALOG, AROUND).markdown());
  }

  @Test
  void everyPolicyAndWrapperThatIsFoundIsOnThePageWithItsOptions() {
    PolicyPage page = PolicyPage.of(CATALOG, AROUND);
    String text = page.markdown();

    CATALOG.policies().forEach(p -> assertThat(text).contains("\n### " + p.name() + "\n"));
    CATALOG.wrappers().forEach(w -> assertThat(text).contains("\n### " + w.name() + "\n"));
    CATALOG.positionSchemes().forEach(s -> assertThat(text).contains("\n| `" + s.name() + "` |"));
    CATALOG.budgetPlanners().forEach(b -> assertThat(text).contains("\n| `" + b.name() + "` |"));
    page.policies()
        .forEach(
            p ->
                p.options()
                    .forEach(
                        o -> assertThat(text).contains("| `" + o.name() + "` | " + o.allowed())));
    assertThat(page.policies()).allSatisfy(p -> assertThat(p.summary()).isNotBlank());
    assertThat(page.schemes()).allSatisfy(p -> assertThat(p.summary()).isNotBlank());
    assertThat(page.planners()).allSatisfy(p -> assertThat(p.summary()).isNotBlank());
  }

  /** A policy with 3 numbers a state and 2 a query head of its set. */
  private record Numbers() implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.mean().withKeys();
    }

    @Override
    public void score(KvSet set, double[] scores) {}

    @Override
    public int columns(SetShape shape) {
      return 3;
    }

    @Override
    public int memory(SetShape shape) {
      return 2 * shape.queryHeads();
    }
  }

  private record Provider(java.util.function.Function<Options, EvictionPolicy> how)
      implements EvictionPolicyProvider {
    @Override
    public String name() {
      return "acme";
    }

    @Override
    public String summary() {
      return "one | of them\nleaves";
    }

    @Override
    public EvictionPolicy create(Options options) {
      return how.apply(options);
    }
  }

  private static PolicyFacts facts(java.util.function.Function<Options, EvictionPolicy> how) {
    return PolicyFacts.of(new Found<>("acme", new Provider(how), "acme", "acme.jar"));
  }

  private static String page(PolicyFacts policy) {
    return new PolicyPage(List.of(policy), List.of(), List.of(), List.of()).markdown();
  }

  @Test
  void memoryIsInBytesForTheShapeThatThePageStates() {
    PolicyFacts facts =
        facts(
            options -> {
              options.number("beta", 0.5, 0, 1);
              return new Numbers();
            });

    assertThat(Objects.requireNonNull(facts.made()).bytesPerState()).isEqualTo(24);
    assertThat(facts.made().bytesPerSet()).as("8 KV heads x 4 queries x 2 numbers").isEqualTo(512);
    assertThat(page(facts))
        .contains("| 24 | 0.3 % |") // of 2 x 8 x 128 floats
        .contains("- Memory: 24 bytes a state, 512 bytes a set")
        .contains("| `beta` | a number, 0.0 to 1.0 | `0.5` |")
        .contains("one \\| of them leaves |");
  }

  @Test
  void aPolicyThatNeedsAnOptionSaysSo() {
    PolicyFacts facts =
        facts(
            options -> {
              throw options.refusal(
                  "profile", "'" + options.text("profile", "", "a file") + "'", "a file");
            });

    assertThat(facts.made()).isNull();
    assertThat(page(facts))
        .contains("- Needs: profile of policy acme is ''")
        .contains("| `profile` | a file |");
  }

  @Test
  void aProviderThatThrowsKeepsItsLineAndSaysWhy() {
    PolicyFacts facts =
        facts(
            options -> {
              throw new IllegalStateException("not today");
            });

    assertThat(facts.summary()).startsWith("one");
    assertThat(facts.needs()).contains("cannot be made").contains("not today");
    assertThat(facts.origin()).isEqualTo("acme.jar");
  }

  private record Late(EvictionPolicy policy) implements WrappedPolicy {
    @Override
    public Trigger trigger() {
      return Trigger.PROMPT_END;
    }

    @Override
    public int columns(SetShape shape) {
      return policy.columns(shape) + 2;
    }
  }

  @Test
  void aWrapperShowsWhatItChangesAroundThePolicyThatItGoesWith() {
    PolicyWrapperProvider provider =
        new PolicyWrapperProvider() {
          @Override
          public String name() {
            return "late";
          }

          @Override
          public String summary() {
            return "later";
          }

          @Override
          public EvictionPolicy wrap(EvictionPolicy policy, Options options) {
            if (policy.granularity() == org.msrnn.api.policy.Granularity.LAYER) {
              throw options.refusal("granularity", "layer", "kv-head");
            }
            return new Late(policy);
          }
        };
    PolicyFacts facts = PolicyFacts.of(new Found<>("late", provider, "m", "o"), CATALOG, AROUND);

    assertThat(new PolicyPage(List.of(), List.of(facts), List.of(), List.of()).markdown())
        .contains(
            "- Changes around `tova:granularity=kv-head`: states leave at a prompt's end for every"
                + " step; bytes a state 24 for 8");
  }
}

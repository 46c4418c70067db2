package org.msrnn.eval.report;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Trigger;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.plugin.Found;

/**
 * What a policy or wrapper says of itself, for {@code msrnn policies} and docs/policies.md.
 *
 * @param name the name users write
 * @param summary what leaves, or what a wrapper changes
 * @param paper where it was published; empty for common practice
 * @param differences what is known to differ from the authors' code; empty if nothing is
 * @param options its options
 * @param made what it is with its default options; null if it cannot be made without some
 * @param needs why it cannot; null if it can
 * @param around for a wrapper, the policy that it was put around to find this out; else null
 * @param inner what that policy is by itself
 * @param module the module it is in
 * @param origin {@code built in}, or the jar or folder it came from
 */
public record PolicyFacts(
    String name,
    String summary,
    String paper,
    String differences,
    List<Options.Declared> options,
    @Nullable Traits made,
    @Nullable String needs,
    @Nullable String around,
    @Nullable Traits inner,
    String module,
    String origin) {

  /** The shape for which memory is said: 8 KV heads of size 128, each read by 4 query heads. */
  static final SetShape LAYER = new SetShape(8, 4, 128);

  /**
   * What a policy is, apart from its score.
   *
   * @param observes the signals it observes
   * @param granularity whether the heads of a layer share a set
   * @param trigger when states leave
   * @param budgets the planner that belongs to it
   * @param positions the position scheme that belongs to it
   * @param bytesPerState what it keeps for a state, beside keys and values
   * @param bytesPerSet what it keeps for a set of the shape {@link #LAYER}, or one KV head of it
   */
  public record Traits(
      String observes,
      String granularity,
      String trigger,
      String budgets,
      String positions,
      long bytesPerState,
      long bytesPerSet) {

    static Traits of(EvictionPolicy policy) {
      boolean shared = policy.granularity() == Granularity.LAYER;
      SetShape shape = shared ? LAYER : new SetShape(1, LAYER.group(), LAYER.headSize());
      return new Traits(
          policy.observes().toString(),
          Options.written(policy.granularity()),
          words(policy.trigger()),
          policy.budgets().toString(),
          policy.positions().toString(),
          (long) Double.BYTES * policy.columns(shape),
          (long) Double.BYTES * policy.memory(shape));
    }

    private static String words(Trigger trigger) {
      return switch (trigger.kind()) {
        case NEVER -> "never";
        case PROMPT_END -> "at a prompt's end";
        case EVERY -> trigger.steps() == 1 ? "every step" : "every " + trigger.steps() + " steps";
      };
    }
  }

  /** Of a policy as found. One that fails in a way of its own keeps its line and says why. */
  public static PolicyFacts of(Found<EvictionPolicyProvider> found) {
    EvictionPolicyProvider provider = found.provider();
    Options options = Options.none("policy " + found.name());
    Attempt attempt = Attempt.of(() -> provider.create(options));
    return new PolicyFacts(
        found.name(),
        text(provider::summary),
        text(provider::paper),
        text(provider::differences),
        options.declared(),
        attempt.made,
        attempt.needs,
        null,
        null,
        found.module(),
        found.origin());
  }

  /**
   * Of a wrapper as found.
   *
   * @param policies policies as users write them; it is put around the first that it goes with
   */
  public static PolicyFacts of(
      Found<PolicyWrapperProvider> found, Catalog catalog, List<String> policies) {
    PolicyWrapperProvider provider = found.provider();
    Function<String, PolicyFacts> around =
        policy -> {
          Options options = Options.none("policy wrapper " + found.name());
          EvictionPolicy inner = catalog.policy(PolicySpec.parse(policy));
          Attempt attempt = Attempt.of(() -> provider.wrap(inner, options));
          return new PolicyFacts(
              found.name(),
              text(provider::summary),
              text(provider::paper),
              text(provider::differences),
              options.declared(),
              attempt.made,
              attempt.needs,
              policy,
              Traits.of(inner),
              found.module(),
              found.origin());
        };
    List<PolicyFacts> tried = policies.stream().map(around).toList();
    return tried.stream().filter(f -> f.made != null).findFirst().orElse(tried.getLast());
  }

  private record Attempt(@Nullable Traits made, @Nullable String needs) {
    static Attempt of(Supplier<EvictionPolicy> creation) {
      try {
        return new Attempt(Traits.of(creation.get()), null);
      } catch (MsrnnException e) { // one that cannot do without an option
        return new Attempt(null, String.valueOf(e.getMessage()));
      } catch (RuntimeException | LinkageError e) { // costs a plug-in its line, not the list
        return new Attempt(null, "cannot be made: " + e);
      }
    }
  }

  private static String text(Supplier<String> part) {
    try {
      return Optional.ofNullable(part.get()).orElse("");
    } catch (RuntimeException | LinkageError e) { // as above
      return "";
    }
  }
}

package org.msrnn.api.testkit;

import java.util.Map;
import java.util.stream.Stream;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PolicyWrapperProvider;

/**
 * What every eviction policy must keep, as executable rules: no model and no test framework needed.
 * Each rule tries the policy on sequences with made-up attention of several shapes, budgets of 1 to
 * 64 states, prompts in chunks of 1 to 64 tokens, and one to three KV heads; a message names the
 * seed that shows the fault.
 *
 * <p>What only a core can break is not here: that {@code score} is not called while a set fits its
 * budget, and that chunks of one token keep what single steps keep.
 */
public final class PolicyContract {
  /** One run through all shapes, chunks and the up to six budgets. */
  private static final int ALL_ONCE = 108;

  private final EvictionPolicyProvider provider;
  private final Map<String, String> options;
  private final int seeds;

  private PolicyContract(EvictionPolicyProvider provider, Map<String, String> options, int seeds) {
    this.provider = provider;
    this.options = options;
    this.seeds = seeds;
  }

  /** The contract of a policy without options. */
  public static PolicyContract of(EvictionPolicyProvider provider) {
    return of(provider, Map.of());
  }

  /** The contract of a policy with options. */
  public static PolicyContract of(EvictionPolicyProvider provider, Map<String, String> options) {
    return new PolicyContract(provider, Map.copyOf(options), ALL_ONCE);
  }

  /**
   * The contract of a wrapper around the policy: its name, its options, and all that the wrapped
   * policy does. Wrappers nest.
   *
   * @param given the options of the wrapper
   */
  public PolicyContract wrapped(PolicyWrapperProvider wrapper, Map<String, String> given) {
    return new PolicyContract(
        new WrappedProvider(provider, options, wrapper), Map.copyOf(given), seeds);
  }

  /** A wrapper around a policy with options, as if it were a policy with the wrapper's options. */
  private record WrappedProvider(
      EvictionPolicyProvider base, Map<String, String> baseOptions, PolicyWrapperProvider wrapper)
      implements EvictionPolicyProvider {
    @Override
    public String name() {
      return wrapper.name();
    }

    @Override
    public String summary() {
      return wrapper.summary();
    }

    @Override
    public EvictionPolicy create(Options options) {
      EvictionPolicy inner = base.create(new Options("policy " + base.name(), baseOptions));
      return wrapper.wrap(inner, options);
    }
  }

  /**
   * The same with another number of sequences for each rule; 108 try everything once.
   *
   * @param count 1 or more
   */
  public PolicyContract withSeeds(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("a rule needs 1 or more seeds, found " + count);
    }
    return new PolicyContract(provider, options, count);
  }

  /**
   * The rules. Those of the provider come first: the others cannot be tried while they are broken.
   */
  public Stream<Rule> rules() {
    PolicySubject subject = new PolicySubject(provider, options, seeds);
    Trials trials = new Trials(subject);
    String author = author(provider) + (options.isEmpty() ? "" : " with " + options);
    return Stream.of(
            new DeclarationRules(subject).all(),
            new ScoringRules(subject, trials).all(),
            new IndependenceRules(subject, trials).all())
        .flatMap(rules -> rules)
        .map(rule -> rule.named(author));
  }

  private static String author(EvictionPolicyProvider provider) {
    return provider instanceof WrappedProvider wrapped
        ? wrapped.wrapper.getClass().getName() + " around " + author(wrapped.base)
        : provider.getClass().getName();
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

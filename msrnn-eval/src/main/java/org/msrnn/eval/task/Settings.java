package org.msrnn.eval.task;

import org.jspecify.annotations.Nullable;

/**
 * All that a result depends on beside the text itself (DESIGN.md 2.8). Two results with the same
 * settings and the same item are the same result.
 *
 * @param model the model's name, for people
 * @param modelDigest SHA-256 of the model file
 * @param policy the policy with all options given, in canonical form
 * @param policyOrigin the plug-in jar's digest where the policy is not a built-in one
 * @param state k; null if the policy is unbounded
 * @param regime how prompts are fed
 * @param positions position scheme
 * @param budgets budget planner
 * @param granularity whether heads share a kept set
 * @param storage number format of stored keys and values
 * @param backend the backend and its device
 * @param seed seed of policies and items
 * @param version version of msrnn's code
 */
public record Settings(
    String model,
    String modelDigest,
    String policy,
    @Nullable String policyOrigin,
    @Nullable Integer state,
    String regime,
    String positions,
    String budgets,
    String granularity,
    String storage,
    String backend,
    long seed,
    String version) {

  /** Of a row that stands beside the policies and has no multi-state: {@code human}. */
  public Settings reference(String name) {
    return new Settings(
        model,
        modelDigest,
        name,
        null,
        null,
        regime,
        positions,
        budgets,
        granularity,
        storage,
        backend,
        seed,
        version);
  }
}

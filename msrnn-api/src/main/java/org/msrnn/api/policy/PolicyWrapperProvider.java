package org.msrnn.api.policy;

/**
 * The service by which a policy around another policy is found: {@code tova+pool:5} is the wrapper
 * {@code pool} around the policy {@code tova}, and so is {@code pool:5(tova)}. Declared like an
 * {@link EvictionPolicyProvider}; wrappers have names of their own.
 */
public interface PolicyWrapperProvider {
  /** The name users write: lower-case ASCII letters, digits and hyphens, a letter first. */
  String name();

  /** One line for {@code msrnn policies}: what it changes. */
  String summary();

  /** Where it was published, for example {@code arXiv 2407.11550}; empty for common practice. */
  default String paper() {
    return "";
  }

  /** What is known to differ from the authors' code, in sentences; empty if nothing is. */
  default String differences() {
    return "";
  }

  /**
   * The wrapped policy; see {@link WrappedPolicy}. A value without a name, as in {@code pool:5}, is
   * the option that is called like the wrapper.
   *
   * @throws org.msrnn.api.InvalidOptionException if an option has a value it may not have, or the
   *     wrapper does not go with the policy
   */
  EvictionPolicy wrap(EvictionPolicy policy, Options options);
}

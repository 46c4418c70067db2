package org.msrnn.api.policy;

/**
 * The service by which a policy is found. Declare it with {@code provides} in module-info and in
 * {@code META-INF/services}; the class needs a public constructor without arguments.
 */
public interface EvictionPolicyProvider {
  /** The name users write: lower-case ASCII letters, digits and hyphens, a letter first. */
  String name();

  /** One line for {@code msrnn policies}: what leaves. */
  String summary();

  /** Where it was published, for example {@code arXiv 2401.06104}; empty for common practice. */
  default String paper() {
    return "";
  }

  /** What is known to differ from the authors' code, in sentences; empty if nothing is. */
  default String differences() {
    return "";
  }

  /**
   * The policy with the given options. Every option is read from {@code options} here, so that the
   * core can refuse the ones that nobody reads.
   *
   * @throws org.msrnn.api.InvalidOptionException if an option has a value it may not have
   */
  EvictionPolicy create(Options options);
}

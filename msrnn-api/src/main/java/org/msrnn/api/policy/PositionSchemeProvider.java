package org.msrnn.api.policy;

/** The service by which a position scheme is found. */
public interface PositionSchemeProvider {
  /** The name users write: lower-case ASCII letters, digits and hyphens, a letter first. */
  String name();

  /** One line for {@code msrnn policies}: where keys are rotated. */
  default String summary() {
    return "";
  }

  /** Where it was published, for example {@code arXiv 2309.17453}; empty for common practice. */
  default String paper() {
    return "";
  }

  /** The scheme with the given options. */
  PositionScheme create(Options options);
}

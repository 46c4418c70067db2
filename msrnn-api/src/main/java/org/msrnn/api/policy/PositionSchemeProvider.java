package org.msrnn.api.policy;

/** The service by which a position scheme is found. */
public interface PositionSchemeProvider {
  /** The name users write: lower-case ASCII letters, digits and hyphens, a letter first. */
  String name();

  /** The scheme with the given options. */
  PositionScheme create(Options options);
}

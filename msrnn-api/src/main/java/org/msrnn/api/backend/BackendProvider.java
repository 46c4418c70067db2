package org.msrnn.api.backend;

import org.msrnn.api.policy.Options;

/**
 * The service by which a backend is found. Its class must load where the backend's libraries are
 * missing: keep native and optional types out of its fields and signatures.
 */
public interface BackendProvider {
  /** The name users write: lower-case ASCII letters, digits and hyphens, a letter first. */
  String name();

  /**
   * Whether the backend can run here, and if not, why. Cheap, and never fails by an exception or an
   * error of linkage.
   */
  Availability probe();

  /**
   * Opens the backend.
   *
   * @param options for example {@code threads}; the core refuses those that were not read
   * @throws org.msrnn.api.BackendException if it cannot be opened after all
   */
  Backend open(Options options);
}

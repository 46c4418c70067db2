package org.msrnn.api.backend;

import java.util.List;
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
   * The devices to choose from, by an option named {@code device}: a number, or a part of a
   * device's name. Each is tried, which may take a while where {@link #probe} does not. None for a
   * backend that has no such option.
   */
  default List<DeviceReport> devices() {
    return List.of();
  }

  /**
   * Whether the backend has an option named {@code device}, which users may then write alone:
   * {@code name:1} for {@code name:device=1}.
   */
  default boolean choosesDevice() {
    return false;
  }

  /**
   * Opens the backend.
   *
   * @param options for example {@code threads}; the core refuses those that were not read
   * @throws org.msrnn.api.BackendException if it cannot be opened after all
   */
  Backend open(Options options);
}

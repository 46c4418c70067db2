package org.msrnn.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.msrnn.api.backend.Availability;
import org.msrnn.api.backend.Backend;
import org.msrnn.core.plugin.Catalog;

/** The OpenCL backend, where there is a device for it. */
final class OpenCl {
  private static final String NAME = "opencl";

  private OpenCl() {}

  /**
   * A backend by name; the test that asks for OpenCL is skipped where no device is found, but not
   * in CI, which installs one.
   */
  static Backend open(Catalog catalog, String name) {
    if (name.equals(NAME)) {
      demandDevice(catalog);
    }
    return catalog.openBackend(name);
  }

  private static void demandDevice(Catalog catalog) {
    Availability found =
        catalog.backends().stream()
            .filter(backend -> backend.name().equals(NAME))
            .map(backend -> Catalog.availability(backend.provider()))
            .findFirst()
            .orElseThrow();
    if (System.getenv("CI") == null) {
      assumeTrue(found instanceof Availability.Available, () -> "no OpenCL device: " + found);
    }
    assertThat(found).isInstanceOf(Availability.Available.class);
  }
}

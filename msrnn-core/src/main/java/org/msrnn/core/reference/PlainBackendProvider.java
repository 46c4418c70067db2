package org.msrnn.core.reference;

import org.msrnn.api.backend.Availability;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.BackendProvider;
import org.msrnn.api.policy.Options;

/** Offers the plain backend, which runs everywhere. */
public final class PlainBackendProvider implements BackendProvider {
  /** For the service loader. */
  public PlainBackendProvider() {}

  @Override
  public String name() {
    return "plain";
  }

  @Override
  public Availability probe() {
    return new Availability.Available("scalar Java, one thread", 0);
  }

  @Override
  public Backend open(Options options) {
    return new PlainBackend();
  }
}

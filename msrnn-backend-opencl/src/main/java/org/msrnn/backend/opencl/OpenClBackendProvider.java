package org.msrnn.backend.opencl;

import org.msrnn.api.BackendException;
import org.msrnn.api.backend.Availability;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.BackendProvider;
import org.msrnn.api.policy.Options;

/** Offers the backend {@code opencl}. */
public final class OpenClBackendProvider implements BackendProvider {
  /** For the service loader. */
  public OpenClBackendProvider() {}

  @Override
  public String name() {
    return "opencl";
  }

  @Override
  public Availability probe() {
    return new Availability.Available("an OpenCL device", -1);
  }

  @Override
  public Backend open(Options options) {
    int index = options.integer("device", 0, 0, 1000);
    var devices = Devices.all();
    if (index >= devices.size()) {
      throw new BackendException("there is no device " + index);
    }
    return new OpenClBackend(Device.open(devices.get(index)));
  }
}

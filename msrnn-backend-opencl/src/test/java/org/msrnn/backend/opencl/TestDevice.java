package org.msrnn.backend.opencl;

import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The device that tests run on: the first one. Where there is none a test is skipped, and says so;
 * in CI (the environment variable {@code CI} is set) it fails, since nothing would be tested.
 */
final class TestDevice {
  private TestDevice() {}

  /** The device. */
  static DeviceInfo info() {
    try {
      List<DeviceInfo> devices = Devices.all();
      return devices.isEmpty() ? none("there is no OpenCL device") : devices.getFirst();
    } catch (LinkageError e) { // no loader
      return none("OpenCL cannot be loaded: " + e.getMessage());
    }
  }

  private static DeviceInfo none(String reason) {
    if (System.getenv("CI") != null) {
      throw new AssertionError(reason + "; with CI set, that is a failure");
    }
    return Assumptions.abort(reason);
  }

  /** The device, open, with all its memory. */
  static Device open() {
    return Device.open(info());
  }
}

package org.msrnn.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.backend.Availability;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.BackendProvider;
import org.msrnn.api.policy.Options;

class OpenClBackendProviderTest {
  private final BackendProvider provider = new OpenClBackendProvider();

  private Backend open(Map<String, String> given) {
    Options options = new Options("backend opencl", given);
    Backend backend = provider.open(options);
    assertThat(options.allRead()).isTrue();
    return backend;
  }

  @Test
  void itIsFoundAsAService() {
    assertThat(ServiceLoader.load(BackendProvider.class))
        .anyMatch(found -> found.name().equals("opencl") && found.choosesDevice());
  }

  @Test
  void aCpuIsNeverChosenByItself() {
    boolean gpu = Devices.all().stream().anyMatch(DeviceInfo::gpu);
    DeviceInfo first = TestDevice.info();
    assertThat(provider.probe()).isInstanceOf(Availability.Available.class);
    if (!gpu && provider.probe() instanceof Availability.Available available) {
      assertThat(available.rank()).isNegative();
      assertThat(available.device()).contains(first.name());
    }
  }

  @Test
  void eachDeviceIsTriedAndReported() {
    DeviceInfo first = TestDevice.info();
    assertThat(provider.devices()).hasSameSizeAs(Devices.all());
    var report = provider.devices().getFirst();
    assertThat(report.lack()).isNull();
    assertThat(report.name()).isEqualTo(first.name());
    assertThat(report.gigabytesPerSecond()).isPositive();
  }

  @Test
  void aDeviceOpensByNumberAndByPartOfItsName() {
    DeviceInfo first = TestDevice.info();
    String part =
        first
            .name()
            .substring(first.name().length() / 2)
            .strip()
            .toUpperCase(java.util.Locale.ROOT);
    for (String wanted : new String[] {"0", part}) {
      try (Backend backend = open(Map.of("device", wanted, "memory-mib", "512"))) {
        assertThat(backend.description()).contains(first.name());
        assertThat(backend.room()).isBetween(500L << 20, 512L << 20);
      }
    }
    assertThatThrownBy(() -> open(Map.of("device", "no such device")))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("'no such device', allowed is a number or a part of a name of 0: ");
  }
}

package org.msrnn.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.msrnn.api.testkit.KernelContract;
import org.msrnn.core.reference.PlainBackend;

/**
 * The kernels as a GPU runs them, on the first device whatever it is: many work-items share a row,
 * a tile or a decision. On a CPU nothing else runs them so. Of formats, which differ in how they
 * are decoded alone, one of any length and one of blocks; of those of keys and values, F32.
 */
class GpuGroupsTest {
  private static final Pattern PRODUCTS =
      Pattern.compile("(matmul|qkv|gated|embed) .*\\b(F16|Q4_K)");
  private static final Pattern OTHERS =
      Pattern.compile(
          "(attention|slots|later|sinks|keys are|tap|rmsNorm|rope|gate |many states|norms)"
              + ".*(?<!F16|Q8_0)");

  private static OpenClBackend backend;

  @BeforeAll
  static void open() {
    backend = new OpenClBackend(Device.open(asGpu(TestDevice.info())));
  }

  private static DeviceInfo asGpu(DeviceInfo info) {
    return new DeviceInfo(
        info.index(),
        info.platformId(),
        info.deviceId(),
        info.platform(),
        info.name(),
        info.driver(),
        info.version(),
        true,
        info.globalMemory(),
        info.largestAllocation(),
        info.localMemory(),
        info.largestGroup(),
        info.units(),
        info.doubles(),
        info.exactDivision());
  }

  @TestFactory
  Stream<DynamicTest> contract() {
    List<DynamicTest> rules =
        KernelContract.of(backend, new PlainBackend())
            .rules()
            .filter(
                rule ->
                    PRODUCTS.matcher(rule.name()).matches()
                        || OTHERS.matcher(rule.name()).matches())
            .map(rule -> dynamicTest(rule.name(), rule::check))
            .toList();
    assertThat(rules).hasSizeGreaterThan(40);
    return rules.stream();
  }

  @AfterAll
  static void close() {
    if (backend != null) {
      backend.close();
    }
  }
}

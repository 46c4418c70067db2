package org.msrnn.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.msrnn.api.testkit.KernelContract;
import org.msrnn.core.reference.PlainBackend;

/** The kernels against the plain backend, on the first device. */
class KernelContractTest {
  private static OpenClBackend backend;

  @BeforeAll
  static void open() {
    backend = new OpenClBackend(TestDevice.open());
  }

  @Test
  void zeroed() {
    float[] read = new float[10];
    backend.kernels().read(backend.allocate(3, 5), 1, 2, 5, read);
    assertThat(read).containsOnly(0);
  }

  @TestFactory
  Stream<DynamicTest> contract() {
    return KernelContract.of(backend, new PlainBackend())
        .rules()
        .map(rule -> dynamicTest(rule.name(), rule::check));
  }

  @AfterAll
  static void close() {
    if (backend != null) { // none where there is no device
      backend.close();
    }
  }
}

package org.msrnn.backend.cpu;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.testkit.KernelContract;
import org.msrnn.core.reference.PlainBackend;

/**
 * The kernels against the plain backend, alone, with a helper, and with more threads than cores;
 * and where inputs of Q8_0 are rounded.
 */
class KernelContractTest {
  private static final List<Backend> OPEN = new ArrayList<>();

  @TestFactory
  Stream<DynamicTest> contract() {
    return Stream.concat(
        Stream.of(1, 2, 5).flatMap(threads -> contract(threads, false)), contract(2, true));
  }

  private static Stream<DynamicTest> contract(int threads, boolean roundsQ8) {
    Backend backend = new CpuBackend(threads, roundsQ8);
    OPEN.add(backend);
    return KernelContract.of(backend, new PlainBackend(), 20_240_111 + threads)
        .rules()
        .map(rule -> dynamicTest(rule.name() + ", " + backend.description(), rule::check));
  }

  @AfterAll
  static void close() {
    OPEN.forEach(Backend::close);
  }
}

package com.example.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.policy.Options;
import org.msrnn.api.testkit.KernelContract;

class CountingBackendTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream table = new PrintStream(printed, true, StandardCharsets.UTF_8);

  /** The kernels as their definitions read, which every backend is held to. */
  private static Backend plain() {
    return CountingProvider.find("plain").orElseThrow().open(Options.none("plain"));
  }

  /** Everything that msrnn asks of a backend, against the plain one. */
  @TestFactory
  Stream<DynamicTest> contract() {
    return KernelContract.of(new CountingBackend(plain(), table), plain())
        .rules()
        .map(rule -> dynamicTest(rule.name(), rule::check));
  }

  /** What is this backend's own. */
  @Test
  void kernelsAreCountedAndShownAtTheEnd() {
    var backend = new CountingBackend(plain(), table);
    Buffer x = backend.allocate(2, 3);
    backend.kernels().scale(x, 2, 2);
    backend.kernels().scale(x, 2, 2);
    backend.kernels().add(x, x, 2);
    assertEquals(2, backend.calls("scale"));
    assertEquals(0, backend.calls("rope"));
    backend.close();
    String text = printed.toString(StandardCharsets.UTF_8);
    assertTrue(text.lines().anyMatch(line -> line.matches("scale +2")), text);
  }
}

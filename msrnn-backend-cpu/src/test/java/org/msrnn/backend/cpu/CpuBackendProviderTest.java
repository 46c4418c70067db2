package org.msrnn.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.backend.Availability;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.BackendProvider;
import org.msrnn.api.backend.TensorType;
import org.msrnn.api.policy.Options;

class CpuBackendProviderTest {
  private static final String SERVICE = BackendProvider.class.getName();
  private final CpuBackendProvider provider = new CpuBackendProvider();

  @Test
  void moduleAndServicesFileNameTheSameProviders() throws IOException {
    ModuleDescriptor module = CpuBackendProvider.class.getModule().getDescriptor();
    assertThat(module).as("the tests run in the module").isNotNull();
    List<String> byModule =
        module.provides().stream()
            .filter(provides -> provides.service().equals(SERVICE))
            .flatMap(provides -> provides.providers().stream())
            .toList();
    try (InputStream in =
        CpuBackendProvider.class.getResourceAsStream("/META-INF/services/" + SERVICE)) {
      String file = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(file.lines().toList()).isEqualTo(byModule).isNotEmpty();
    }
  }

  @Test
  void serviceLoaderFindsIt() {
    CpuBackendProviderTest.class.getModule().addUses(BackendProvider.class);
    assertThat(ServiceLoader.load(BackendProvider.class, CpuBackendProvider.class.getClassLoader()))
        .anySatisfy(found -> assertThat(found.name()).isEqualTo("cpu"));
  }

  @Test
  void probeNamesTheVectors() {
    assertThat(provider.probe())
        .isInstanceOfSatisfying(
            Availability.Available.class,
            available -> {
              assertThat(available.rank()).isEqualTo(100);
              assertThat(available.device()).contains("-bit vectors");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "512, amd64, ''",
    "256, x86_64, ''",
    "128, aarch64, ''",
    "128, amd64, AVX2",
    "64, amd64, C2",
    "64, aarch64, C2"
  })
  void probeSaysWhatIsMissing(int bits, String architecture, String part) {
    String lack = VectorProbe.lack(bits, architecture);
    if (part.isEmpty()) {
      assertThat(lack).isEmpty();
    } else {
      assertThat(lack).contains(part);
    }
  }

  @Test
  void threadsIsAnOption() {
    try (Backend backend = provider.open(options(Map.of("threads", "3")))) {
      assertThat(backend.description()).startsWith("cpu (").endsWith("3 threads)");
    }
  }

  @Test
  void allProcessorsComputeUnlessToldOtherwise() {
    int processors = Runtime.getRuntime().availableProcessors();
    try (Backend backend = provider.open(options(Map.of()))) {
      assertThat(backend.description()).contains(" " + processors + " thread");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1025", "two", ""})
  void threadsOutOfRangeAreRefused(String threads) {
    assertThatThrownBy(() -> provider.open(options(Map.of("threads", threads))))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("threads")
        .hasMessageContaining("1 to 1024");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void roundingOfInputsIsAnOption(boolean rounds) {
    try (Backend backend = provider.open(options(Map.of("round-q8", Boolean.toString(rounds))))) {
      assertThat(backend.roundsInputs(TensorType.Q8_0)).isEqualTo(rounds);
      assertThat(backend.roundsInputs(TensorType.Q4_0)).isTrue();
      assertThat(backend.roundsInputs(TensorType.F16)).isFalse();
      assertThat(backend.description().contains("8-bit inputs for Q8_0")).isEqualTo(rounds);
    }
  }

  @Test
  void productsWithQ8AreExactUnlessToldOtherwise() {
    try (Backend backend = provider.open(options(Map.of()))) {
      assertThat(backend.roundsInputs(TensorType.Q8_0)).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "1"})
  void roundingThatIsNeitherOnNorOffIsRefused(String rounds) {
    assertThatThrownBy(() -> provider.open(options(Map.of("round-q8", rounds))))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("round-q8")
        .hasMessageContaining("true")
        .hasMessageContaining("false");
  }

  @Test
  void otherOptionsAreLeftUnread() {
    Options options = options(Map.of("thread", "2"));
    provider.open(options).close();
    assertThatThrownBy(options::refuseUnread)
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("'thread'")
        .hasMessageContaining("threads");
  }

  private static Options options(Map<String, String> given) {
    return new Options("backend cpu", given);
  }
}

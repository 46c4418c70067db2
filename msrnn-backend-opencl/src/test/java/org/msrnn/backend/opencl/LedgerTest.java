package org.msrnn.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.BackendException;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.synthetic.ModelShape;

/** Memory is counted, compared with what there is, and all given back. */
class LedgerTest {
  private static final long MIB = 1 << 20;

  private static OpenClBackend small() {
    return new OpenClBackend(Device.open(TestDevice.info(), 64 * MIB, Programs::source));
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeItIsAskedFor() {
    try (OpenClBackend backend = small()) {
      Ledger ledger = backend.device().ledger();
      int pieces = ledger.pieces(); // the kernels' own
      long own = ledger.inUse();
      var kept = backend.allocate(1024, 8 * 1024);
      assertThat(backend.room()).isEqualTo(32 * MIB - own);
      assertThatThrownBy(() -> backend.allocate(1024, 8 * 1024 + 1))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("a matrix of 1024 x 8193 needs 33 MiB")
          .hasMessageMatching(".* has 64 MiB, of which 3[23] MiB are in use");
      backend.allocate(1024, 7 * 1024).close();
      kept.close();
      assertThat(ledger.inUse()).isEqualTo(own);
      assertThat(ledger.pieces()).isEqualTo(pieces);
    }
  }

  @Test
  void aModelLargerThanTheDeviceIsRefusedWithNeedAndHave() {
    try (OpenClBackend backend = small()) {
      int pieces = backend.device().ledger().pieces();
      ModelShape shape = ModelShape.named("110m");
      assertThatThrownBy(() -> Model.random(shape, TensorType.F16, backend, Progress.NONE))
          .isInstanceOf(BackendException.class)
          .hasMessageMatching(
              "the model .* needs [0-9]+ MiB for its weights; opencl \\(.*\\) has room for 64 MiB");
      assertThat(backend.device().ledger().pieces()).isEqualTo(pieces);
    }
  }

  /** Weights, workspaces, stores, slots of programs, forks: what was opened is closed. */
  @ParameterizedTest
  @ValueSource(strings = {"full", "tova", "knorm", "h2o:granularity=kv-head", "keydiff"})
  void nothingIsLeftOfAModelAndItsStates(String policy) {
    try (OpenClBackend backend = small()) {
      Catalog catalog = Catalog.discover(List.of());
      use(backend, catalog, policy); // the kernels' own scratch has its size then
      int pieces = backend.device().ledger().pieces();
      long own = backend.device().ledger().inUse();
      use(backend, catalog, policy);
      assertThat(backend.device().ledger().pieces()).isEqualTo(pieces);
      assertThat(backend.device().ledger().inUse()).isEqualTo(own);
    }
  }

  private static void use(OpenClBackend backend, Catalog catalog, String policy) {
    ModelShape shape = ModelShape.named("tiny");
    StateSpec spec = StateSpec.of(catalog.policy(PolicySpec.parse(policy)), 24);
    try (Model model = Model.random(shape, TensorType.Q8_0, backend, Progress.NONE);
        MultiState state = model.msrnn().start(spec)) {
      model.msrnn().feed(state, new int[100], LogitsSink.NONE);
      model.msrnn().step(state, 1, new float[model.info().vocabulary()]);
      try (MultiState fork = state.fork()) {
        model.msrnn().feed(fork, new int[30], LogitsSink.NONE);
      }
    }
  }

  /** However far a start comes before the memory is full, it gives back what it took. */
  @Test
  void aStateThatDoesNotFitLeavesNothingBehind() {
    Catalog catalog = Catalog.discover(List.of());
    StateSpec spec = StateSpec.of(catalog.policy(PolicySpec.parse("tova")), 200);
    try (OpenClBackend backend = small();
        Model model =
            Model.random(ModelShape.named("tiny"), TensorType.Q8_0, backend, Progress.NONE)) {
      Ledger ledger = backend.device().ledger();
      int before = ledger.pieces();
      long own = ledger.inUse();
      model.msrnn().start(spec).close();
      int refused = 0;
      for (int kib = 1; kib < 64; kib += 3) {
        int left = kib << 10;
        int filler = (int) ((ledger.limit() - ledger.inUse() - left) / Float.BYTES);
        try (Buffer full = backend.allocate(1, filler)) {
          try {
            model.msrnn().start(spec).close();
          } catch (BackendException e) {
            refused++;
            assertThat(e).hasMessageContaining("are in use");
          }
          assertThat(ledger.inUse()).isEqualTo(own + ((OpenClBuffer) full).memory().bytes());
        }
        assertThat(ledger.pieces()).isEqualTo(before);
      }
      assertThat(refused).as("starts at which the memory was full").isBetween(5, 20);
    }
  }

  @Test
  void closingTwiceOrAfterTheBackendIsHarmless() {
    OpenClBackend backend = small();
    int pieces = backend.device().ledger().pieces();
    var buffer = backend.allocate(3, 5);
    var closed = backend.allocate(3, 5);
    closed.close();
    closed.close();
    assertThat(backend.device().ledger().pieces()).isEqualTo(pieces + 1);
    backend.close();
    assertThat(backend.device().ledger().pieces()).isZero();
    assertThat(backend.device().ledger().inUse()).isZero();
    buffer.close();
    backend.close();
    assertThat(backend.device().ledger().inUse()).isZero();
  }

  @Test
  void aKernelThatDoesNotBuildIsNamedWithTheCompilersWords() {
    Sources broken =
        file ->
            Programs.source(file)
                .replace("count", file.equals("probe.cl") ? "undeclared_thing" : "count")
                .replaceFirst("const long undeclared_thing", "const long count");
    try (Device device = Device.open(TestDevice.info(), 256 * MIB, broken)) {
      assertThatThrownBy(() -> Bandwidth.ofDevice(device))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("probe.cl does not build with")
          .hasMessageContaining("undeclared_thing");
      assertThat(device.ledger().pieces()).isZero();
    }
  }
}

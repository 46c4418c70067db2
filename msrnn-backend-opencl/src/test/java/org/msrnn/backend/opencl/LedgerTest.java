package org.msrnn.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.msrnn.api.BackendException;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Model;
import org.msrnn.core.Progress;
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

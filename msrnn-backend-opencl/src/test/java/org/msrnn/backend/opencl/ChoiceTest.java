package org.msrnn.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.policy.Options;

class ChoiceTest {
  private static final List<Verdict.Seen> DEVICES =
      List.of(
          device(0, false, 256, "pthread-EPYC", "Portable Computing Language"),
          device(1, true, 24, "NVIDIA GeForce RTX 4090", "NVIDIA CUDA"),
          device(2, true, 80, "NVIDIA H100 PCIe", "NVIDIA CUDA"),
          device(3, true, 80, "NVIDIA H100 PCIe", "NVIDIA CUDA"),
          device(12, true, 16, "gfx1100", "AMD Accelerated Parallel Processing"));

  private static Verdict.Seen device(int index, boolean gpu, int gib, String name, String of) {
    return new Verdict.Seen(index, gpu, (long) gib << 30, true, name, of, "1");
  }

  private static Choice best(String wanted, Integer... broken) {
    var options = new Options("backend opencl", Map.of());
    return Choice.best(
        Choice.among(DEVICES, wanted, options),
        device ->
            new Verdict.Check(Set.of(broken).contains(device.index()) ? "broken" : "", 0, 0, true));
  }

  @ParameterizedTest
  @CsvSource({
    "'', 2",
    "0, 0",
    "3, 3",
    "12, 12",
    "h100, 2",
    "4090, 1",
    "nvidia cuda, 2",
    "AMD acc, 12",
    "portable, 0",
    "epyc, 0"
  })
  void theBestOfThoseThatAreMeantIsChosen(String wanted, int index) {
    assertThat(best(wanted).device().index()).isEqualTo(index);
  }

  @Test
  void oneThatCannotBeUsedIsPassedOverForItsLike() {
    assertThat(best("", 2).device().index()).isEqualTo(3);
    assertThat(best("", 2, 3).device().index()).isEqualTo(1);
    assertThat(best("h100", 2, 3).usable()).isFalse();
  }

  @Test
  void aCpuIsNotTakenForAGpu() {
    Choice choice = best("", 1, 2, 3, 12);
    assertThat(choice.device().index()).isEqualTo(2);
    assertThat(choice.lack()).isEqualTo("2: NVIDIA H100 PCIe (NVIDIA CUDA) cannot be used: broken");
  }

  @ParameterizedTest
  @CsvSource({"4", "99", "intel", "100000"})
  void whatIsNotThereIsRefusedWithWhatIs(String wanted) {
    assertThatThrownBy(() -> best(wanted))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("device of backend opencl is '" + wanted + "'")
        .hasMessageContaining("0: pthread-EPYC (Portable Computing Language); 1: NVIDIA GeForce");
  }
}

package org.msrnn.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;

class BackendSpecTest {
  @Test
  void aWordAloneIsTheDeviceOfABackendThatHasSome() {
    assertThat(BackendSpec.parse("opencl:1").options(true)).containsExactly(entry("device", "1"));
    assertThat(BackendSpec.parse("opencl: NVIDIA H100 ,memory-mib=2048").options(true))
        .containsExactly(entry("device", "NVIDIA H100"), entry("memory-mib", "2048"));
    assertThat(BackendSpec.parse("opencl:device=1,memory-mib=2048").options(true))
        .containsExactly(entry("device", "1"), entry("memory-mib", "2048"));
  }

  @Test
  void aWordAloneIsAFlagOfABackendThatHasNoDevices() {
    assertThat(BackendSpec.parse("cpu:round-q8,threads=2").options(false))
        .containsExactly(entry("round-q8", ""), entry("threads", "2"));
    assertThat(BackendSpec.parse("cpu:threads=2,round-q8").options(false))
        .containsExactly(entry("round-q8", ""), entry("threads", "2"));
    assertThat(BackendSpec.parse("cpu").options(false)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cpu",
        "cpu:threads=2",
        "opencl:1",
        "opencl:NVIDIA H100,memory-mib=2048",
        "opencl:device=",
        "opencl:device=,round-q8"
      })
  void aSpecificationIsReadAsItIsWritten(String text) {
    BackendSpec spec = BackendSpec.parse(text);
    assertThat(spec).hasToString(text);
    assertThat(BackendSpec.parse(spec.toString())).isEqualTo(spec);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "CPU", "cpu:", "cpu:,", "cpu+4", "cpu:=1", "cpu:a=1,5", "1"})
  void otherShapesAreRefusedWithTheText(String text) {
    assertThatThrownBy(() -> BackendSpec.parse(text))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("'" + text + "' is not understood; write name, name:device or");
  }

  @Test
  void anOptionStandsOnce() {
    assertThatThrownBy(() -> BackendSpec.parse("cpu:threads=1,threads=2"))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("gives threads twice");
    assertThatThrownBy(() -> BackendSpec.parse("opencl:1,device=2").options(true))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("gives device twice");
    assertThatThrownBy(() -> BackendSpec.parse("cpu:threads=1").with("threads", "2"))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("gives threads twice");
  }
}

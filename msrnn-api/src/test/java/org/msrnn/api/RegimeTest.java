package org.msrnn.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegimeTest {
  @ParameterizedTest
  @ValueSource(strings = {"stepwise", "whole", "chunked:1", "chunked:7", "chunked:999999999"})
  void whatIsPrintedIsWhatIsRead(String text) {
    assertThat(Regime.parse(text)).hasToString(text);
  }

  @Test
  void caseDoesNotMatterEvenInTurkish() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr-TR"));

      assertThat(Regime.parse("STEPWISE")).isEqualTo(Regime.STEPWISE);
      assertThat(Regime.parse("Whole")).isEqualTo(Regime.WHOLE);
      assertThat(Regime.STEPWISE).hasToString("stepwise");
    } finally {
      Locale.setDefault(before);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "step",
        "stepwise ",
        "stepwise:1",
        "whole:2",
        "chunked",
        "chunked:",
        "chunked:0",
        "chunked:-1",
        "chunked:+1",
        "chunked:01",
        "chunked:1.5",
        "chunked:1000000000",
        "chunked:1:2",
        "chunked:\u0661"
      })
  void anythingElseIsRefusedWithWhatIsAllowed(String text) {
    assertThatThrownBy(() -> Regime.parse(text))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining("stepwise, chunked:n with n of 1 or more, or whole");
  }

  @Test
  void aChunkGoesWithChunkedAlone() {
    assertThatThrownBy(() -> new Regime(Regime.Kind.WHOLE, 1))
        .isInstanceOf(InvalidOptionException.class);
    assertThatThrownBy(() -> new Regime(Regime.Kind.CHUNKED, 0))
        .isInstanceOf(InvalidOptionException.class);
    assertThatThrownBy(() -> Regime.chunked(-3)).isInstanceOf(InvalidOptionException.class);
    assertThat(Regime.chunked(3)).isEqualTo(new Regime(Regime.Kind.CHUNKED, 3));
  }
}

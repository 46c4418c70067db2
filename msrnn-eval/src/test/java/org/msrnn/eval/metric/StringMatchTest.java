package org.msrnn.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class StringMatchTest {
  /** RULER's own example: 83.33 for all references, 50 for any. */
  @Test
  void exampleOfRulersScript() {
    double all =
        (StringMatch.all(" 7391846.", List.of("7391846"))
                + StringMatch.all("the answers are 12 and 34", List.of("12", "34", "56")))
            / 2;
    double any =
        (StringMatch.any("Paris, France", List.of("paris", "Lyon"))
                + StringMatch.any("none", List.of("x")))
            / 2;

    assertThat(100 * all).isCloseTo(83.33, within(0.005));
    assertThat(100 * any).isEqualTo(50);
  }

  @Test
  void controlCharactersPartWords() {
    assertThat(StringMatch.all("12\u000034", List.of("12", "34"))).isEqualTo(1);
    assertThat(StringMatch.all("12\u000034", List.of("1234"))).isZero();
    assertThat(StringMatch.all("\u001f7\t", List.of("7"))).isEqualTo(1);
  }

  @Test
  void caseDoesNotCount() {
    assertThat(StringMatch.all("AbCdE", List.of("aBcDe"))).isEqualTo(1);
  }

  @Test
  void nothingToFindIsRefused() {
    assertThatThrownBy(() -> StringMatch.all("x", List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

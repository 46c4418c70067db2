package org.msrnn.api.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;

class OptionsTest {
  private static final String OWNER = "policy x";

  @Test
  void whatIsNotGivenIsTheDefault() {
    Options options = Options.none(OWNER);

    assertThat(options.integer("a", 3, 0, 9)).isEqualTo(3);
    assertThat(options.integer("a", -1, 0, 9)).as("a default may lie outside").isEqualTo(-1);
    assertThat(options.number("b", 0.5, 0, 1)).isEqualTo(0.5);
    assertThat(options.flag("c", true)).isTrue();
    assertThat(options.choice("d", Granularity.KV_HEAD)).isEqualTo(Granularity.KV_HEAD);
    assertThat(options.text("e", "none", "any word")).isEqualTo("none");
    assertThat(options.integer("f", "half of k", 1, Integer.MAX_VALUE)).isEmpty();
    assertThatCode(options::refuseUnread).doesNotThrowAnyException();
    assertThat(options.declared())
        .containsExactly(
            new Options.Declared("a", "a whole number, 0 to 9", "-1"),
            new Options.Declared("b", "a number, 0.0 to 1.0", "0.5"),
            new Options.Declared("c", "true or false", "true"),
            new Options.Declared("d", "layer or kv-head", "kv-head"),
            new Options.Declared("e", "any word", "none"),
            new Options.Declared("f", "a whole number, 1 or more", "half of k"));
  }

  @Test
  void boundsAreAllowed() {
    assertThat(given("0").integer("o", 1, 0, 9)).isZero();
    assertThat(given("9").integer("o", 1, 0, 9)).isEqualTo(9);
    assertThat(given("9").integer("o", "half of k", 0, 9)).hasValue(9);
    assertThat(given("2147483647").integer("o", 1, 0, Integer.MAX_VALUE))
        .isEqualTo(Integer.MAX_VALUE);
    assertThat(given("1").number("o", 0.5, 0, 1)).isEqualTo(1);
    assertThat(given("1e-3").number("o", 0.5, 0, 1)).isEqualTo(1e-3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "-1", "10", "1.0", "1e1", "0x1", "9999999999", "NaN", "one"})
  void wholeNumbersOutsideAreRefusedByName(String text) {
    assertThatThrownBy(() -> given(text).integer("o", 1, 0, 9))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessage("o of policy x is '" + text + "', allowed is a whole number, 0 to 9");
  }

  @Test
  void aRangeWithoutUpperBoundSaysSo() {
    assertThatThrownBy(() -> given("0").integer("o", 1, 1, Integer.MAX_VALUE))
        .hasMessageContaining("a whole number, 1 or more");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "NaN", "Infinity", "-0.1", "1.1", "0,5", "half"})
  void numbersOutsideAreRefusedByName(String text) {
    assertThatThrownBy(() -> given(text).number("o", 0.5, 0, 1))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("o of policy x is '" + text + "'");
  }

  @Test
  void theNameOfAFlagAloneMeansTrue() {
    assertThat(given("").flag("o", false)).isTrue();
    assertThat(given("TRUE").flag("o", false)).isTrue();
    assertThat(given("false").flag("o", true)).isFalse();
    assertThatThrownBy(() -> given("1").flag("o", false))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("true or false");
  }

  @Test
  void choicesAreWrittenInLowerCaseWithHyphensEvenInTurkish() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr-TR"));

      assertThat(given("kv-head").choice("o", Granularity.LAYER)).isEqualTo(Granularity.KV_HEAD);
      assertThat(Options.written(Signals.Rows.KV_HEADS)).isEqualTo("kv-heads");
      assertThat(given("prompt-end").choice("o", Trigger.Kind.EVERY))
          .isEqualTo(Trigger.Kind.PROMPT_END);
    } finally {
      Locale.setDefault(before);
    }
    for (String wrong : new String[] {"", "KV_HEAD", "kv_head", "KV-HEAD", "head"}) {
      assertThatThrownBy(() -> given(wrong).choice("o", Granularity.LAYER))
          .isInstanceOf(InvalidOptionException.class)
          .hasMessageContaining("'" + wrong + "'")
          .hasMessageContaining("layer or kv-head");
    }
  }

  @Test
  void whatNobodyReadIsRefusedWithWhatExists() {
    Options options = new Options(OWNER, Map.of("sinks", "1", "zinks", "2", "asks", "3"));
    options.integer("sinks", 0, 0, 9);
    options.flag("keep", false);

    assertThatThrownBy(options::refuseUnread)
        .isInstanceOfSatisfying(
            InvalidOptionException.class, e -> assertThat(e.option()).isEqualTo("asks"))
        .hasMessage("policy x has no option 'asks'; it has sinks, keep");
  }

  @Test
  void whoHasNoOptionsSaysSo() {
    assertThatThrownBy(() -> given("1").refuseUnread())
        .hasMessage("policy x has no option 'o'; it has none");
  }

  private static Options given(String value) {
    return new Options(OWNER, Map.of("o", value));
  }
}

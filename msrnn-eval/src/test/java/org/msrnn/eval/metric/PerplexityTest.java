package org.msrnn.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.msrnn.api.NonFiniteException;

class PerplexityTest {

  /**
   * The worked example of PG-19's conventions: 1000 tokens at 2 nats, 750 words, 4200 characters.
   */
  @Test
  void workedExampleOfTheConventions() {
    var perplexity = new Perplexity(2000, 1000, new TextSize(750, 4200, 4200));

    assertThat(perplexity.perToken()).isCloseTo(7.3891, within(5e-5));
    assertThat(perplexity.perWord()).isCloseTo(14.3919, within(5e-5));
    assertThat(perplexity.bitsPerCharacter()).isCloseTo(0.6870, within(5e-5));
    assertThat(perplexity.perByte()).isCloseTo(Math.exp(2000 / 4200.0), within(1e-12));
  }

  @Test
  void nothingPredictedIsNotANumber() {
    var perplexity = new Perplexity(0, 0, TextSize.NONE);

    assertThat(perplexity.perToken()).isNaN();
    assertThat(perplexity.perWord()).isNaN();
    assertThat(perplexity.bitsPerCharacter()).isNaN();
  }

  @Test
  void wordsAreRunsBetweenWhiteSpaceOfAnyKind() {
    assertThat(TextSize.of(" a b\tc\n\nd\u00a0e ").words()).isEqualTo(5);
    assertThat(TextSize.of("   ").words()).isZero();
    assertThat(TextSize.of("")).isEqualTo(TextSize.NONE);
  }

  @Test
  void charactersAreCodePointsAndBytesAreUtf8() {
    assertThat(TextSize.of("a\u00e9\ud83d\ude00")).isEqualTo(new TextSize(1, 1 + 2 + 4, 3));
  }

  @Test
  void logProbabilitiesOfAllTokensSumToOne() {
    Random random = new Random(7);
    float[] logits = new float[317];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = 40 * random.nextFloat() - 20;
    }
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      sum += Math.exp(LogProbability.of(logits, i));
    }
    assertThat(sum).isCloseTo(1, within(1e-12));
  }

  @Test
  void logProbabilitySurvivesLogitsThatExpCannot() {
    assertThat(LogProbability.of(new float[] {30_000, 29_999}, 0))
        .isCloseTo(-Math.log1p(Math.exp(-1)), within(1e-12));
  }

  @Test
  void nanIsRefusedAndNotAveraged() {
    assertThatThrownBy(() -> LogProbability.of(new float[] {1, Float.NaN}, 0))
        .isInstanceOf(NonFiniteException.class)
        .hasMessageContaining("token 0");
    assertThatThrownBy(() -> LogProbability.of(new float[] {1, Float.POSITIVE_INFINITY}, 0))
        .isInstanceOf(NonFiniteException.class);
    assertThatThrownBy(() -> new NllSum().add(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sumsLoseNothingToRounding() {
    NllSum sum = new NllSum();
    sum.add(1e16);
    for (int i = 0; i < 1000; i++) {
      sum.add(1);
    }
    NllSum twice = new NllSum();
    twice.add(sum);
    twice.add(sum);

    assertThat(sum.nll()).isEqualTo(1e16 + 1000);
    assertThat(twice.nll()).isEqualTo(2e16 + 2000);
    assertThat(twice.tokens()).isEqualTo(2002);
  }
}

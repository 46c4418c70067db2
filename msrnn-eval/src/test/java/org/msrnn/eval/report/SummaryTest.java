package org.msrnn.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SummaryTest {

  @Test
  void numbersAreForPeopleAndForEveryLocale() {
    assertThat(Numbers.bytes(1023)).isEqualTo("1023 B");
    assertThat(Numbers.bytes(1024)).isEqualTo("1.00 KiB");
    assertThat(Numbers.bytes(10L << 30)).isEqualTo("10.0 GiB");
    assertThat(Numbers.seconds(1.234)).isEqualTo("1.23 s");
    assertThat(Numbers.seconds(245)).isEqualTo("4 min 05 s");
    assertThat(Numbers.seconds(7620)).isEqualTo("2 h 07 min");
    assertThat(Numbers.fixed(Double.NaN, 2)).isEqualTo("-");
    assertThat(Numbers.count(1234567)).isEqualTo("1,234,567");
  }

  @Test
  void tableAlignsNumbersRight() {
    TextTable table = new TextTable("name", "n");
    table.add("a", "10");
    table.add("longer", "7");

    assertThat(table.toString()).isEqualTo("name     n\na       10\nlonger   7\n");
  }

  @Test
  void briefNumbersKeepAboutFourDigits() {
    assertThat(Double.parseDouble(Numbers.brief(3.14159265))).isCloseTo(3.1416, within(1e-9));
    assertThat(Numbers.brief(123.456)).isEqualTo("123.46");
    assertThat(Numbers.brief(null)).isEqualTo("-");
  }
}

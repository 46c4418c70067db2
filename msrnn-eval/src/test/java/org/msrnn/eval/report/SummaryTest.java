package org.msrnn.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.msrnn.eval.sweep.CellId;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.task.RetrievalFigures;
import org.msrnn.eval.task.SampleSettings;
import org.msrnn.eval.task.Settings;
import org.msrnn.eval.task.StateFigures;

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

  private static CellRecord cell(String item, String option, String value, double score) {
    Settings settings = SampleSettings.of("tova", 8);
    var options = new TreeMap<>(Map.of(option, value));
    var id = new CellId("retrieval", item, "digest of " + item, options, settings);
    var figures = new RetrievalFigures("k", 9, null, score, "", List.of(), 1, 1, StateFigures.NONE);
    return new CellRecord(id.key(), "done", id, figures, null, 1, "", 0);
  }

  @Test
  void optionsOfItemsDoNotSplitARowAndOptionsOfRunsDo() {
    List<CellRecord> lengths =
        List.of(cell("short", "length", "300", 0.5), cell("long", "length", "600", 0));
    List<CellRecord> answers =
        List.of(cell("one", "max-new-tokens", "8", 0.5), cell("one", "max-new-tokens", "9", 1));

    assertThat(new Summary(lengths).rows())
        .singleElement()
        .satisfies(row -> assertThat(row.policy()).isEqualTo("tova"))
        .satisfies(row -> assertThat(row.metrics()).containsEntry("accuracy", 25.0));
    assertThat(new Summary(answers).rows())
        .extracting(Summary.Row::policy)
        .containsExactly("tova, retrieval: max-new-tokens 8", "tova, retrieval: max-new-tokens 9");
  }
}

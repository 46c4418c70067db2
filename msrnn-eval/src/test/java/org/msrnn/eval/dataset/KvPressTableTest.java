package org.msrnn.eval.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.TextFile;

/** Files written by DuckDB; how is said in the README beside them. */
class KvPressTableTest {
  @TempDir Path folder;

  private static byte[] bytes(String name) {
    return TextFile.resource(KvPressTableTest.class, name);
  }

  private List<Question> read(byte[] bytes, int limit) throws IOException {
    Path file = folder.resolve("data.parquet");
    Files.write(file, bytes);
    return new QuestionFile(file, "test")
        .read(new QuestionFile.Wanted("kvpress", PromptStyle.PAPER, Map.of(), limit));
  }

  @Test
  void rowsAreQuestions() throws IOException {
    List<Question> questions = read(bytes("ruler.parquet"), 99);

    assertThat(questions)
        .extracting(Question::id)
        .containsExactly("niah_single_1/0", "niah_multivalue/1", "qa_1/2");
    Question second = questions.get(1);
    assertThat(second.prompt().text())
        .isEqualTo(
            "A haystack with 7391846 in it and a smile \uD83D\uDE00.\n"
                + "What are the numbers? They are");
    assertThat(second.prompt().suffix()).isEqualTo("What are the numbers? They are");
    assertThat(second.references()).containsExactly("12", "34");
    assertThat(second.maxNewTokens()).isEqualTo(128);
    assertThat(questions)
        .extracting(Question::scoring)
        .containsExactly(Scoring.MATCH_ALL, Scoring.MATCH_ALL, Scoring.MATCH_ANY);
    assertThat(questions.get(0).document()).isEqualTo(second.document());
    assertThat(questions.get(2).document()).isNotEqualTo(second.document());
    assertThat(read(bytes("ruler.parquet"), 2)).isEqualTo(questions.subList(0, 2));
  }

  @Test
  void answersMayBeTextsAndNumbersShort() throws IOException {
    List<Question> questions = read(bytes("plain.parquet"), 99);

    assertThat(questions)
        .extracting(Question::references)
        .containsExactly(List.of("7391846"), List.of("12"), List.of("France"));
    assertThat(questions).extracting(Question::maxNewTokens).containsExactly(128, 128, 32);
  }

  @Test
  void columnsThatAreMissingAreNamed() {
    assertThatThrownBy(() -> read(bytes("missing.parquet"), 99))
        .isInstanceOf(MsrnnException.class)
        .hasMessageContaining("data.parquet, row 0: there is no column 'max_new_tokens'");
  }

  @Test
  void brokenFilesEndInASentence() throws IOException {
    long seed = 20261126;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    byte[] whole = bytes("ruler.parquet");
    Path file = folder.resolve("data.parquet");
    int refused = 0;
    for (int round = 0; round < 90; round++) {
      byte[] broken = whole.clone();
      if (round % 3 == 0) {
        broken = Arrays.copyOf(whole, random.nextInt(whole.length));
      } else {
        broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        Files.write(file, broken);
        KvPressTable.read(
            file, 99, Duration.ofSeconds(2)); // what was hit may be a letter of a text
      } catch (MsrnnException e) {
        assertThat(e).hasMessageContaining("data.parquet");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(30);
  }
}

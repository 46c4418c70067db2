package org.msrnn.eval.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msrnn.api.backend.Backend;
import org.msrnn.core.Model;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.tokenizer.Tokenizer;
import org.msrnn.eval.SharedFiles;
import org.msrnn.eval.bundled.BundledModel;
import org.msrnn.eval.bundled.BundledText;

class TextFiguresTest {
  /** One token a byte; 256 is BOS. Two bytes of a longer character are never one token. */
  private static final Tokenizer BYTES =
      new Tokenizer() {
        @Override
        public String kind() {
          return "bytes";
        }

        @Override
        public int vocabulary() {
          return 257;
        }

        @Override
        public int[] encode(String text) {
          byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
          int[] ids = new int[bytes.length];
          Arrays.setAll(ids, i -> bytes[i] & 0xff);
          return ids;
        }

        @Override
        public byte[] bytes(int token) {
          return token == 256 ? new byte[0] : new byte[] {(byte) token};
        }

        @Override
        public OptionalInt bos() {
          return OptionalInt.of(256);
        }

        @Override
        public OptionalInt eos() {
          return OptionalInt.empty();
        }

        @Override
        public boolean addsBos() {
          return true;
        }
      };

  private static String words(String text) {
    return PennWords.words(text).stream()
        .map(word -> PennWords.form(text, word))
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "Tom's boys' don't, can’t I'd we'll | Tom 's boys ' do n't , ca n't I 'd we 'll",
        "\"Well,\" said he--\"well.\" | `` Well , '' said he -- `` well . ''",
        "“A (small) thing” [or …] | `` A -LRB- small -RRB- thing '' -LRB- or ... -RRB-",
        "Mr. J. Smith paid $1,000.50 to the U.S. | Mr. J. Smith paid $ 1,000.50 to the U.S.",
        "a well-known five o'clock | a well-known five o'clock",
        "It was I. So! | It was I . So !",
      })
  void wordsAreThoseOfTheTreebank(String text, String words) {
    assertThat(words(text)).isEqualTo(words);
  }

  @Test
  void everyCharacterThatIsNoWhiteSpaceIsInOneWord() {
    String text = BundledText.story();
    boolean[] covered = new boolean[text.length()];
    for (Word word : PennWords.words(text)) {
      for (int i = word.from(); i < word.to(); i++) {
        assertThat(covered[i]).isFalse();
        covered[i] = true;
      }
    }
    for (int i = 0; i < text.length(); i++) {
      assertThat(covered[i])
          .as("character %d", i)
          .isEqualTo(!Character.isWhitespace(text.charAt(i)));
    }
  }

  @Test
  void sentencesEndAtTheirMarksAndAtBlankLines() {
    String text = "He said: \"Stop!\" She did not. Mr. Ray left\n\nA title\n\n" + "a ".repeat(450);
    List<List<Word>> sentences = PennWords.sentences(text);

    assertThat(sentences.stream().map(s -> s.getFirst().of(text) + " " + s.size()))
        .containsExactly("He 7", "She 4", "Mr. 3", "A 2", "a 200", "a 200", "a 50");
  }

  /** Tagged by hand. */
  @Test
  void aSentenceTaggedByHand() {
    String text = "The miller's dogs didn't bark, but Mary (his sister) quickly paid him $20.\n";
    List<String> tags =
        List.of(
            "DT", "NN", "POS", "NNS", "VBD", "RB", "VB", ",", "CC", "NNP", "(", "PRP$", "NN", ")",
            "RB", "VBD", "PRP", "$", "CD", ".");
    List<Word> words = PennWords.words(text);
    List<String> found =
        new OpenNlpTagger().tag(words.stream().map(word -> PennWords.form(text, word)).toList());

    assertThat(found).isEqualTo(tags);
  }

  /** The first word has tag 0, the next 1, ... */
  private static PosTagger numbers() {
    return sentence -> {
      List<String> tags = new ArrayList<>();
      sentence.forEach(word -> tags.add(Integer.toString(tags.size())));
      return tags;
    };
  }

  @Test
  void partsOfAWordHaveItsTagAndPartsOfACharacterThatOfTheCharacter() {
    int[] text = BYTES.encode("Né à\n 𝄞");
    int[] ids = new int[text.length + 1];
    ids[0] = 256;
    System.arraycopy(text, 0, ids, 1, text.length);
    TextFigures figures = TextFigures.of(ids, BYTES, numbers());

    assertThat(figures.pieces())
        .containsExactly("", "N", "", "é", " ", "", "à", "\n", " ", "", "", "", "𝄞");
    assertThat(figures.tags())
        .containsExactly(
            "control", "0", "0", "0", "space", "1", "1", "\\n", "space", "2", "2", "2", "2");
  }

  @Test
  void aCharacterThatIsNeverCompletedBelongsToTheLastToken() {
    TextFigures figures = TextFigures.of(new int[] {'a', 0xf0, 0x9d}, BYTES, numbers());

    assertThat(figures.pieces()).containsExactly("a", "", "\ufffd");
    assertThat(figures.tags()).hasSize(3);
  }

  @Test
  void piecesOfTheBundledModelAreTheText() {
    try (Backend backend = Catalog.discover(List.of()).openBackend("plain");
        BundledModel bundled = BundledModel.extract();
        Model model = Model.open(bundled.file(), backend, Progress.NONE)) {
      String text = BundledText.story();
      int[] ids = model.tokenizer().encode(text);
      TextFigures figures = TextFigures.of(ids, model.tokenizer());

      assertThat(String.join("", figures.pieces())).isEqualTo(text);
      assertThat(figures.tags()).hasSize(ids.length);
      assertThat(figures.tags()).contains("NN", "POS", "\\n", ".", "``", "''", "VBD", "DT");
      int newlines = 0;
      for (int i = 0; i < ids.length; i++) {
        if (figures.pieces().get(i).isBlank() && figures.pieces().get(i).contains("\n")) {
          assertThat(figures.tags().get(i)).isEqualTo("\\n");
          newlines++;
        }
      }
      assertThat(newlines).isPositive();
    }
  }

  @Test
  void aBookIsTaggedInSilence() throws Exception {
    String book = Files.readString(SharedFiles.file("data/pg19/test/10321.txt"));
    PrintStream err = System.err;
    PrintStream out = System.out;
    var said = new ByteArrayOutputStream();
    int[] ids = BYTES.encode(book);
    long start = System.nanoTime();
    TextFigures figures;
    try {
      System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
      System.setOut(System.err);
      figures = TextFigures.of(ids, BYTES);
    } finally {
      System.setErr(err);
      System.setOut(out);
    }
    System.out.printf(
        "%d characters tagged in %.1f s%n", book.length(), (System.nanoTime() - start) / 1e9);

    assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(String.join("", figures.pieces())).isEqualTo(book);
    System.out.println(
        figures.tags().stream().collect(Collectors.groupingBy(t -> t, Collectors.counting())));
  }
}

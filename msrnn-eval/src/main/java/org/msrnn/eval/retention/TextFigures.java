package org.msrnn.eval.retention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.msrnn.core.tokenizer.StreamingDecoder;
import org.msrnn.core.tokenizer.Tokenizer;
import org.msrnn.eval.task.Figures;
import org.msrnn.eval.task.StateFigures;

/**
 * A document's tokens as a reader sees them.
 *
 * @param pieces the text that each token completes; all of them in a row are the text. A token that
 *     is a part of a character has none unless it is the last part
 * @param tags what each token is: a Penn tag, or one of {@link #NEWLINE}, {@link #SPACE}, {@link
 *     #CONTROL}
 */
public record TextFigures(List<String> pieces, List<String> tags) implements Figures {
  /** Tag of white space with a line break in it, as in the paper. */
  public static final String NEWLINE = "\\n";

  /** Tag of other white space. */
  public static final String SPACE = "space";

  /** Tag of a token that stands for no text, such as BOS. */
  public static final String CONTROL = "control";

  /** Immutable copies. */
  public TextFigures {
    pieces = List.copyOf(pieces);
    tags = List.copyOf(tags);
  }

  @Override
  public Map<String, Double> metrics() {
    return Map.of();
  }

  @Override
  public StateFigures state() {
    return StateFigures.NONE;
  }

  /**
   * The pieces of a text and their tags. A token takes the tag of the word that its first character
   * other than white space is in, whether it is the whole word or a part; a part of a character
   * that of the character.
   */
  public static TextFigures of(int[] ids, Tokenizer tokenizer) {
    return of(ids, tokenizer, new OpenNlpTagger());
  }

  static TextFigures of(int[] ids, Tokenizer tokenizer, PosTagger tagger) {
    List<String> pieces = pieces(ids, tokenizer);
    String text = String.join("", pieces);
    String[] byCharacter = tags(text, tagger);
    String[] tags = new String[ids.length];
    int end = text.length();
    String next = CONTROL;
    for (int i = ids.length - 1; i >= 0; i--) {
      String piece = pieces.get(i);
      end -= piece.length();
      if (tokenizer.bytes(ids[i]).length == 0) {
        tags[i] = CONTROL;
      } else {
        next = piece.isEmpty() ? next : tag(piece, end, byCharacter);
        tags[i] = next;
      }
    }
    return new TextFigures(pieces, Arrays.asList(tags));
  }

  private static List<String> pieces(int[] ids, Tokenizer tokenizer) {
    var decoder = new StreamingDecoder(tokenizer, true);
    List<String> pieces = new ArrayList<>();
    for (int id : ids) {
      pieces.add(decoder.next(id));
    }
    if (!pieces.isEmpty()) {
      pieces.set(pieces.size() - 1, pieces.getLast() + decoder.end());
    }
    return pieces;
  }

  private static String tag(String piece, int from, String[] byCharacter) {
    for (int i = 0; i < piece.length(); i++) {
      String tag = byCharacter[from + i];
      if (!tag.equals(SPACE)) {
        return tag;
      }
    }
    return piece.contains("\n") ? NEWLINE : SPACE;
  }

  /** The tag of the word that each character is in; {@link #SPACE} between words. */
  private static String[] tags(String text, PosTagger tagger) {
    String[] tags = new String[text.length()];
    Arrays.fill(tags, SPACE);
    for (List<Word> sentence : PennWords.sentences(text)) {
      List<String> found =
          tagger.tag(sentence.stream().map(word -> PennWords.form(text, word)).toList());
      for (int w = 0; w < found.size(); w++) {
        Arrays.fill(tags, sentence.get(w).from(), sentence.get(w).to(), found.get(w));
      }
    }
    return tags;
  }
}

package org.msrnn.core.tokenizer;

import java.util.List;
import java.util.OptionalInt;

/** A tokenizer put together of its parts: normalise, split, merge. Immutable. */
final class Pipeline implements Tokenizer {
  /**
   * What happens before tokens are made.
   *
   * @param added tokens that are found as wholes
   * @param normalizer changes what lies between those that are found in the text as it is
   * @param beginning changes what lies between all of them
   * @param words cut it into words, one after the other
   * @param dropsSpace whether decoding drops a space at the start
   */
  record Steps(
      List<AddedToken> added,
      Normalizer normalizer,
      Normalizer beginning,
      List<PreTokenizer> words,
      boolean dropsSpace) {}

  private final Vocabulary vocabulary;
  private final Marks marks;
  private final Steps steps;
  private final TokenModel model;
  private final AddedTokens inText;
  private final AddedTokens inNormalized;

  Pipeline(Vocabulary vocabulary, Marks marks, Steps steps, TokenModel model) {
    this.vocabulary = vocabulary;
    this.marks = marks;
    this.steps = steps;
    this.model = model;
    inText = new AddedTokens(steps.added().stream().filter(t -> !t.normalized()).toList());
    inNormalized =
        new AddedTokens(
            steps.added().stream()
                .filter(AddedToken::normalized)
                .map(t -> t.as(steps.normalizer().apply(t.text(), true)))
                .toList());
  }

  @Override
  public int[] encode(String text) {
    return new Encoding().of(CodePoints.wellFormed(text));
  }

  /** One text on its way. */
  private final class Encoding {
    private final Ids ids = new Ids();
    private final TokenModel.Encoder encoder = model.encoder(ids);

    int[] of(String text) {
      inText.split(text, parts((from, to) -> normalize(text.substring(from, to), from == 0)));
      return ids.toArray();
    }

    private void normalize(String part, boolean first) {
      String text = steps.normalizer().apply(part, first);
      inNormalized.split(
          text, parts((from, to) -> begin(text.substring(from, to), first && from == 0)));
    }

    private void begin(String part, boolean first) {
      String text = steps.beginning().apply(part, first);
      int[] points = CodePoints.of(text);
      words(0, points, 0, points.length);
    }

    private void words(int level, int[] text, int from, int to) {
      if (level == steps.words().size()) {
        encoder.word(text, from, to);
        return;
      }
      PreTokenizer cut = steps.words().get(level);
      for (int at = from; at < to; ) {
        int end = cut.next(text, at, to);
        words(level + 1, text, at, end);
        at = end;
      }
    }

    private AddedTokens.Parts parts(AddedTokens.Text text) {
      return new AddedTokens.Parts() {
        @Override
        public void text(int from, int to) {
          text.text(from, to);
        }

        @Override
        public void token(int id) {
          ids.add(id);
        }
      };
    }
  }

  @Override
  public String kind() {
    return model.kind();
  }

  @Override
  public int vocabulary() {
    return vocabulary.size();
  }

  @Override
  public byte[] bytes(int token) {
    return model.bytes(token);
  }

  @Override
  public OptionalInt special(String text) {
    Integer id = vocabulary.special().get(text);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public boolean ends(int token) {
    return token >= 0 && marks.ends().get(token);
  }

  @Override
  public OptionalInt bos() {
    return marks.bos();
  }

  @Override
  public OptionalInt eos() {
    return marks.eos();
  }

  @Override
  public boolean addsBos() {
    return marks.addsBos();
  }

  @Override
  public boolean addsSpacePrefix() {
    return steps.dropsSpace();
  }
}

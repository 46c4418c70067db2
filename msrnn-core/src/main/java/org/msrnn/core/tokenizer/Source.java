package org.msrnn.core.tokenizer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.msrnn.api.ModelFileException;
import org.msrnn.core.format.Metadata;

/**
 * Where a vocabulary comes from, for messages.
 *
 * @param file the file
 * @param tokens name of its list of tokens
 * @param merges name of its list of merges
 */
record Source(Path file, String tokens, String merges) {
  /** GGUF's metadata. */
  static Source gguf(Metadata metadata) {
    return new Source(metadata.file(), "tokenizer.ggml.tokens", "tokenizer.ggml.merges");
  }

  /** A tokenizer.json. */
  static Source json(Path file) {
    return new Source(file, "model.vocab", "model.merges");
  }

  /** A fault of the file. */
  ModelFileException fault(String field, String found, String allowed) {
    return new ModelFileException(file, -1, field, found, allowed);
  }

  /** A text of the file as a message may show it. */
  static String shown(String text) {
    return "'" + Metadata.shorten(text) + "'";
  }

  /** Two tokens that merge; those of smaller rank first. */
  record Merge(String left, String right) {}

  /** A merge in one text; a part is never empty, so that a space at the start is a part. */
  Merge merge(int rank, String line) {
    int space = line.indexOf(' ', 1);
    if (space < 0 || space == line.length() - 1) {
      throw fault(merges + "[" + rank + "]", shown(line), "two tokens and a space");
    }
    return new Merge(line.substring(0, space), line.substring(space + 1));
  }

  /**
   * The table of merges: by rank, to the token that both parts make together. What would make a
   * special token of text is left out.
   */
  PairTable table(Vocabulary vocabulary, List<Merge> list) {
    if (list.size() > Vocabulary.MAX_TOKENS) {
      throw fault(merges, list.size() + " merges", "at most " + Vocabulary.MAX_TOKENS);
    }
    Map<String, Integer> ids = vocabulary.ids(Vocabulary.Type.values());
    var table = new PairTable(list.size());
    for (int rank = 0; rank < list.size(); rank++) {
      Merge merge = list.get(rank);
      int left = part(ids, rank, merge.left());
      int right = part(ids, rank, merge.right());
      int whole = part(ids, rank, merge.left() + merge.right());
      if (vocabulary.type(whole).isText()) {
        table.put(left, right, SymbolMerger.merge(rank, whole));
      }
    }
    return table;
  }

  private int part(Map<String, Integer> ids, int rank, String text) {
    Integer id = ids.get(text);
    if (id == null) {
      throw fault(
          merges + "[" + rank + "]", "of " + shown(text) + ", which is no token", "made of tokens");
    }
    return id;
  }
}

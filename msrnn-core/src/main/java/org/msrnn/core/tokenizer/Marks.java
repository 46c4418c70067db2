package org.msrnn.core.tokenizer;

import java.util.BitSet;
import java.util.OptionalInt;
import org.msrnn.core.format.Metadata;

/**
 * The tokens round a text.
 *
 * @param bos what precedes a document
 * @param addsBos whether the model was trained with it
 * @param eos what ends a document
 * @param ends ids of all tokens that end generation
 */
record Marks(OptionalInt bos, boolean addsBos, OptionalInt eos, BitSet ends) {
  private static final String BOS = "tokenizer.ggml.bos_token_id";
  private static final String EOS = "tokenizer.ggml.eos_token_id";
  private static final String ALL_EOS = "tokenizer.ggml.eos_token_ids";
  private static final String EOT = "tokenizer.ggml.eot_token_id";
  private static final String EOM = "tokenizer.ggml.eom_token_id";
  private static final String ADD_BOS = "tokenizer.ggml.add_bos_token";

  /**
   * What the metadata say. Besides the end marks that they name, special tokens that are known to
   * end a turn end one.
   *
   * @param bos the BOS where the metadata name none
   * @param adds whether BOS is added where the metadata do not say
   */
  static Marks of(Metadata metadata, Vocabulary vocabulary, OptionalInt bos, boolean adds) {
    OptionalInt first = metadata.has(BOS) ? id(metadata, BOS, vocabulary) : bos;
    boolean addsBos = metadata.bool(ADD_BOS, adds && first.isPresent());
    if (addsBos && first.isEmpty()) {
      throw vocabulary.source().fault(ADD_BOS, "true without " + BOS, "true with it, or false");
    }
    var ends = new BitSet();
    for (int i = 0; i < vocabulary.size(); i++) {
      ends.set(i, vocabulary.endsByName(i));
    }
    for (String key : new String[] {EOS, EOT, EOM}) {
      id(metadata, key, vocabulary).ifPresent(ends::set);
    }
    if (metadata.has(ALL_EOS)) {
      for (int id : metadata.integers(ALL_EOS, 0, vocabulary.size() - 1)) {
        ends.set(id);
      }
    }
    return new Marks(first, addsBos, id(metadata, EOS, vocabulary), ends);
  }

  private static OptionalInt id(Metadata metadata, String key, Vocabulary vocabulary) {
    return metadata.has(key)
        ? OptionalInt.of(metadata.integer(key, 0, vocabulary.size() - 1))
        : OptionalInt.empty();
  }
}

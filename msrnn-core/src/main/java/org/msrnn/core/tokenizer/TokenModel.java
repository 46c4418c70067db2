package org.msrnn.core.tokenizer;

/** Makes tokens of a word: what a tokenizer does after normalising and splitting. Immutable. */
interface TokenModel {
  /** Encodes the words of one text, in order. Holds scratch memory. */
  @FunctionalInterface
  interface Encoder {
    /** Adds the tokens of a word of code points. */
    void word(int[] text, int from, int to);
  }

  /** The kind of model, for people. */
  String kind();

  /** An encoder that adds to a list. */
  Encoder encoder(Ids out);

  /** The bytes that a token stands for. */
  byte[] bytes(int token);
}

package org.msrnn.core.tokenizer;

/**
 * A token that a vocabulary's author added as a whole.
 *
 * @param id its id
 * @param text its text
 * @param singleWord whether letters and digits beside it forbid it
 * @param takesSpaceBefore whether white space before it belongs to it
 * @param takesSpaceAfter whether white space after it belongs to it
 * @param normalized whether it is looked for in the normalised text
 */
record AddedToken(
    int id,
    String text,
    boolean singleWord,
    boolean takesSpaceBefore,
    boolean takesSpaceAfter,
    boolean normalized) {

  /** One without conditions, looked for in the text as it is. */
  static AddedToken of(int id, String text) {
    return new AddedToken(id, text, false, false, false, false);
  }

  /** The same token, to be looked for as another text. */
  AddedToken as(String other) {
    return new AddedToken(id, other, singleWord, takesSpaceBefore, takesSpaceAfter, normalized);
  }
}

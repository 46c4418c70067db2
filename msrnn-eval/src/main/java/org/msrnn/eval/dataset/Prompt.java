package org.msrnn.eval.dataset;

/**
 * What a model is given, in two parts, so that it can be cut to a number of tokens.
 *
 * @param prefix everything up to the query: it ends with the document, which may be cut
 * @param documentStart where the document begins in the prefix, in chars
 * @param suffix everything from the query on, which is not cut while there is a document left
 * @param separator what stands for the part of the document that was cut, before the suffix
 * @param cut which part goes when the whole is too long
 */
public record Prompt(String prefix, int documentStart, String suffix, String separator, Cut cut) {
  /** Which part of a prompt goes when it is too long. */
  public enum Cut {
    /** The end of the document, as ZeroSCROLLS and the paper do it. */
    DOCUMENT_END,
    /** The middle of the prompt, as LongBench does it (arXiv 2308.14508). */
    MIDDLE
  }

  /** Checks where the document begins. */
  public Prompt {
    if (documentStart < 0 || documentStart > prefix.length()) {
      throw new IllegalArgumentException(
          "the document begins at " + documentStart + " of " + prefix.length());
    }
  }

  /** The whole. */
  public String text() {
    return prefix + suffix;
  }

  /** The document, with the space that parts it from the query. */
  public String document() {
    return prefix.substring(documentStart);
  }
}

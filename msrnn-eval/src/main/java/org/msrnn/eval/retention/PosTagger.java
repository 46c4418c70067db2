package org.msrnn.eval.retention;

import java.util.List;

/** Says of what part of speech words are, in tags of the Penn Treebank. */
interface PosTagger {
  /**
   * One tag a word.
   *
   * @param sentence its words, as {@link PennWords#form} writes them
   */
  List<String> tag(List<String> sentence);
}

package org.msrnn.eval.retention;

/**
 * A word of a text.
 *
 * @param from index of its first character
 * @param to index after its last one
 */
record Word(int from, int to) {
  String of(String text) {
    return text.substring(from, to);
  }
}

package org.msrnn.eval.report.page;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One text and who kept which of its tokens for how long.
 *
 * @param item its name
 * @param tokens tokens fed
 * @param pieces the text that each token completes; empty where only ids are known
 * @param tags the part of speech of each token; empty likewise
 * @param setups who kept what
 */
record KeptDocument(
    String item, int tokens, List<String> pieces, List<String> tags, List<Kept> setups) {

  /**
   * What one policy kept at one state size.
   *
   * @param policy the policy, perhaps followed by settings
   * @param state k; null if unbounded
   * @param sets the layers, or layers and heads, that were recorded
   * @param lives steps kept by part of speech, the longest first
   */
  record Kept(String policy, @Nullable Integer state, List<KeptSet> sets, List<TagLife> lives) {
    /** Numbers that it holds. */
    long size() {
      return sets.stream().mapToLong(set -> set.until().length).sum();
    }
  }

  /**
   * What one set kept.
   *
   * @param layer the layer
   * @param kvHead the KV head; -1 where all heads of the layer share the set
   * @param until for each position the tokens fed when it was last seen kept; p + 1 is its own step
   */
  @SuppressWarnings("ArrayRecordComponent") // read and never compared
  record KeptSet(int layer, int kvHead, int[] until) {
    /** Steps that position p was kept. */
    int life(int p) {
      return Math.max(0, until[p] - p);
    }
  }

  /**
   * Tokens of one part of speech.
   *
   * @param tag its Penn tag
   * @param count tokens
   * @param mean mean steps kept
   */
  record TagLife(String tag, long count, double mean) {}

  /** Whether its text can be shown. */
  boolean readable() {
    return pieces.size() == tokens && tags.size() == tokens;
  }

  /** The same with these setups. */
  KeptDocument with(List<Kept> others) {
    return new KeptDocument(item, tokens, pieces, tags, others);
  }
}

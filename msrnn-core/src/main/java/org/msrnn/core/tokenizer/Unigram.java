package org.msrnn.core.tokenizer;

import java.util.Arrays;

/**
 * SentencePiece's unigram model (arXiv 1804.10959): of all ways to cut a word into tokens, the one
 * whose scores have the largest sum.
 */
final class Unigram implements TokenModel {
  /** A character that is no token costs this much more than the worst token. */
  private static final double PENALTY = 10;

  private final Pieces pieces;
  private final double[] scores;
  private final double unknownScore;

  /** The tokens as a tree: from a node and a character to the next node. The root is 0. */
  private final PairTable tree;

  /** The token that ends at a node, or below 0. */
  private int[] tokens = new int[1 << 10];

  private int nodes = 1;

  Unigram(Pieces pieces, double[] scores) {
    this.pieces = pieces;
    this.scores = scores;
    this.unknownScore = Arrays.stream(scores).min().orElse(0) - PENALTY;
    this.tree = new PairTable(4 * scores.length);
    Arrays.fill(tokens, -1);
    pieces
        .ids()
        .forEach(
            (text, id) -> {
              // Tokens that were added to the model have no score, and are found before.
              if (id < scores.length) {
                add(CodePoints.of(text), id);
              }
            });
  }

  private void add(int[] text, int id) {
    int node = 0;
    for (int c : text) {
      long next = tree.find(node, c);
      if (next == PairTable.NONE) {
        if (nodes == tokens.length) {
          tokens = Arrays.copyOf(tokens, Math.multiplyExact(nodes, 2));
          Arrays.fill(tokens, nodes, tokens.length, -1);
        }
        next = nodes++;
        tree.put(node, c, next);
      }
      node = (int) next;
    }
    tokens[node] = id;
  }

  @Override
  public byte[] bytes(int token) {
    return pieces.bytes(token);
  }

  @Override
  public String kind() {
    return "unigram";
  }

  @Override
  public TokenModel.Encoder encoder(Ids out) {
    return new Encoder(out);
  }

  private final class Encoder implements TokenModel.Encoder {
    private final Pieces.Writer out;

    /** For each place of a part the best sum up to there, the token that ends there, its start. */
    private double[] best = new double[64];

    private int[] lastToken = new int[64];
    private int[] lastStart = new int[64];

    Encoder(Ids ids) {
      out = pieces.new Writer(ids);
    }

    @Override
    public void word(int[] text, int from, int to) {
      out.begin();
      best[0] = 0;
      for (int at = from; at < to; ) {
        int end = pieces.part(text, at, to);
        part(text, at, end);
        at = end;
      }
    }

    private void part(int[] text, int from, int to) {
      int length = to - from;
      if (length >= best.length) {
        double before = best[0];
        best = new double[Math.addExact(length, length / 2)];
        best[0] = before;
        lastToken = new int[best.length];
        lastStart = new int[best.length];
      }
      Arrays.fill(best, 1, length + 1, Double.NEGATIVE_INFINITY);
      for (int start = 0; start < length; start++) {
        extend(text, from, start, length);
      }
      write(text, from, length);
      // Sums go on from part to part: where two ways are equal, rounding decides as in one piece.
      best[0] = best[length];
    }

    /** All tokens that start at a place; a character that is none stands for itself. */
    private void extend(int[] text, int from, int start, int length) {
      boolean single = false;
      int node = 0;
      for (int at = start; at < length; at++) {
        node = (int) tree.find(node, text[from + at]);
        if (node < 0) {
          break;
        }
        int token = tokens[node];
        if (token >= 0) {
          reach(at + 1, start, token, scores[token]);
          single |= at == start;
        }
      }
      if (!single) {
        reach(start + 1, start, -1, unknownScore);
      }
    }

    private void reach(int end, int start, int token, double score) {
      double sum = best[start] + score;
      if (sum > best[end]) {
        best[end] = sum;
        lastToken[end] = token;
        lastStart[end] = start;
      }
    }

    /** The way back gives the tokens; the places are turned round in place of a list. */
    private void write(int[] text, int from, int length) {
      int after = -1;
      for (int end = length; end > 0; ) {
        int start = lastStart[end];
        lastStart[end] = after;
        after = end;
        end = start;
      }
      for (int end = after, start = 0; end >= 0; end = lastStart[end]) {
        if (lastToken[end] >= 0) {
          out.token(lastToken[end]);
        } else {
          out.character(text[from + start]);
        }
        start = end;
      }
    }
  }
}

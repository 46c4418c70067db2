package org.msrnn.api;

/** Receives the logits of a chunk, row by row in the order of the tokens. */
@FunctionalInterface
public interface LogitsSink {
  /** Wants no logits: the output projection is skipped. */
  LogitsSink NONE =
      new LogitsSink() {
        @Override
        public boolean wants(int index) {
          return false;
        }

        @Override
        public void accept(int index, float[] logits) {}
      };

  /**
   * Whether the logits after the token at {@code index} of the chunk are wanted. Rows that nobody
   * wants are not computed.
   */
  default boolean wants(int index) {
    return true;
  }

  /**
   * Takes the logits that follow the token at {@code index} of the chunk.
   *
   * @param index index into the tokens fed, from 0
   * @param logits {@code [vocabulary]}, finite, valid during the call only
   */
  void accept(int index, float[] logits);

  /** Wants the logits of the last of {@code tokens} tokens alone, copied to {@code into}. */
  static LogitsSink last(int tokens, float[] into) {
    return new LogitsSink() {
      @Override
      public boolean wants(int index) {
        return index == tokens - 1;
      }

      @Override
      public void accept(int index, float[] logits) {
        System.arraycopy(logits, 0, into, 0, into.length);
      }
    };
  }
}

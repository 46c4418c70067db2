package org.msrnn.eval.bench;

/**
 * What is timed.
 *
 * @param kind the kind
 * @param tokens tokens fed to each sequence
 * @param batch sequences that step together
 * @param depth tokens that each sequence was fed before, not timed
 */
public record BenchCase(Kind kind, int tokens, int batch, int depth) {
  /** What can be timed, by llama-bench's names. */
  public enum Kind {
    /** Prompt processing: known tokens, layer by layer. */
    PP,
    /** Text generation: one token a step. */
    TG
  }

  /** For example {@code pp512}. */
  public String name() {
    return (kind == Kind.PP ? "pp" : "tg") + tokens;
  }
}

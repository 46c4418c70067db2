package org.msrnn.api.backend;

/** Nonlinearities of gated feed-forward networks. */
public enum Activation {
  /** x / (1 + e^-x). */
  SILU {
    @Override
    public float apply(float x) {
      return (float) (x / (1 + Math.exp(-x)));
    }
  },
  /** The tanh form: 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). */
  GELU_TANH {
    @Override
    public float apply(float x) {
      return (float)
          (0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));
    }
  };

  /** The plain meaning. */
  public abstract float apply(float x);
}

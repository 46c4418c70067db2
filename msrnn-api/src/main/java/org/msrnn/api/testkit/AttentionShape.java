package org.msrnn.api.testkit;

/** Kinds of attention that a policy meets, as streams of logits that follow from a seed. */
enum AttentionShape {
  /** Nothing but noise. */
  NOISE {
    @Override
    double logit(long seed, int head, long query, long key) {
      return 3 * noise(seed, head, query, key);
    }
  },
  /** Most weight on the first two tokens, as trained models have it. */
  SINKS {
    @Override
    double logit(long seed, int head, long query, long key) {
      return (key < 2 ? 5 : 0) + 2 * noise(seed, head, query, key);
    }
  },
  /** Weight falls with distance. */
  LOCAL {
    @Override
    double logit(long seed, int head, long query, long key) {
      return -0.4 * (query - key) + noise(seed, head, query, key);
    }
  },
  /** All weight on one token, exactly 0 elsewhere. */
  ONE_HOT {
    @Override
    double logit(long seed, int head, long query, long key) {
      return key == Hash.below(Hash.of(seed, head, query, -1), (int) query + 1) ? 200 : 0;
    }
  },
  /** The same weight everywhere. */
  TIES {
    @Override
    double logit(long seed, int head, long query, long key) {
      return 0;
    }
  },
  /** Weights so small that they are denormal as float32, beside ordinary ones. */
  DENORMAL {
    @Override
    double logit(long seed, int head, long query, long key) {
      return key % 3 == 0
          ? noise(seed, head, query, key)
          : -(88 + 15 * noise(seed, head, query, key));
    }
  };

  abstract double logit(long seed, int head, long query, long key);

  /** The stream with this seed. */
  AttentionSource stream(long seed) {
    return (head, query, key) -> logit(seed, head, query, key);
  }

  /** A number in [0, 1). */
  private static double noise(long seed, int head, long query, long key) {
    return Hash.unit(Hash.of(seed, head, query, key));
  }
}

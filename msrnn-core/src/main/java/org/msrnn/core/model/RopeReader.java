package org.msrnn.core.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.api.backend.Rope;
import org.msrnn.core.format.Metadata;

/**
 * Reads the rotation of each layer: unscaled, linear (arXiv 2306.15595), YaRN (2309.00071), or with
 * a divisor for each frequency that the file has as a tensor (Llama 3.1, LongRoPE 2402.13753).
 */
final class RopeReader {
  private static final double MAX_BASE = 1e15;
  private static final double MAX_SCALE = 1e6;
  private static final double MIN_FACTOR = 1e-6;

  private static final String FACTORS = "rope_freqs.weight";
  private static final String LONG_FACTORS = "rope_factors_long.weight";
  private static final String SHORT_FACTORS = "rope_factors_short.weight";

  private final Metadata metadata;
  private final ModelFamily family;
  private final ModelInfo info;

  RopeReader(Metadata metadata, ModelFamily family, ModelInfo info) {
    this.metadata = metadata;
    this.family = family;
    this.info = info;
  }

  /** Numbers of a head that are rotated. */
  int rotated() {
    String dimensions = family.key("rope.dimension_count");
    int rotated = metadata.integer(dimensions, 2, info.headSize(), info.headSize());
    if (rotated % 2 != 0) {
      throw metadata.fault(dimensions, "an even number");
    }
    return rotated;
  }

  /**
   * The rotation of each layer, null where there is none.
   *
   * @param bare layers without one
   */
  @Nullable Rope[] ropes(boolean[] bare, TensorSource tensors) {
    Rope everywhere = divided(scaled(), tensors);
    Rope local = local(everywhere);
    var ropes = new @Nullable Rope[info.layers()];
    for (int l = 0; l < ropes.length; l++) {
      Rope rope = info.window(l) == Long.MAX_VALUE ? everywhere : local;
      ropes[l] = bare[l] ? null : rope;
    }
    return ropes;
  }

  private Rope scaled() {
    Rope plain =
        Rope.of(rotated(), metadata.number(family.key("rope.freq_base"), 1, MAX_BASE, 10_000));
    String kind = family.key("rope.scaling.type");
    String factor = family.key("rope.scaling.factor");
    // The name of the factor in older files, which had linear scaling alone.
    String scale = family.key("rope.scale_linear");
    return switch (metadata.string(kind, metadata.has(scale) ? "linear" : "none")) {
      case "none", "longrope" -> new Rope(frequencies(plain), magnitude());
      case "linear" -> {
        double by = metadata.number(metadata.has(factor) ? factor : scale, 1, MAX_SCALE);
        yield new Rope(over(frequencies(plain), by), magnitude());
      }
      case "yarn" -> yarn(plain, metadata.number(factor, 1, MAX_SCALE));
      default ->
          throw new UnsupportedModelException(
              metadata.file()
                  + ": "
                  + kind
                  + " is "
                  + metadata.shown(kind)
                  + ", msrnn has none, linear, yarn and longrope");
    };
  }

  /** Sliding layers may have a base of their own, and are never scaled then. */
  private Rope local(Rope everywhere) {
    String key = family.key("rope.freq_base_swa");
    if (!metadata.has(key) && family.localBase() == 0) {
      return everywhere;
    }
    return Rope.of(rotated(), metadata.number(key, 1, MAX_BASE, family.localBase()));
  }

  private double magnitude() {
    return metadata.number(family.key("rope.scaling.attn_factor"), MIN_FACTOR, MAX_SCALE, 1);
  }

  private int originalContext() {
    return metadata.integer(
        family.key("rope.scaling.original_context_length"),
        1,
        Hyperparameters.MAX_CONTEXT,
        info.context());
  }

  private static double[] frequencies(Rope rope) {
    double[] frequencies = new double[rope.pairs()];
    Arrays.setAll(frequencies, rope::frequency);
    return frequencies;
  }

  private static double[] over(double[] frequencies, double factor) {
    Arrays.setAll(frequencies, i -> frequencies[i] / factor);
    return frequencies;
  }

  /**
   * Pairs that turn often within the original context keep their frequency, those that turn rarely
   * are divided by the factor, and those between are mixed along a ramp.
   */
  private Rope yarn(Rope plain, double factor) {
    double fast = metadata.number(family.key("rope.scaling.yarn_beta_fast"), 1, MAX_SCALE, 32);
    double slow =
        metadata.number(family.key("rope.scaling.yarn_beta_slow"), MIN_FACTOR, MAX_SCALE, 1);
    double base = metadata.number(family.key("rope.freq_base"), 1, MAX_BASE, 10_000);
    double low = Math.max(0, Math.floor(pairOfTurns(fast, base)));
    double high = Math.min(rotated() - 1.0, Math.ceil(pairOfTurns(slow, base)));
    double[] frequencies = frequencies(plain);
    for (int i = 0; i < frequencies.length; i++) {
      double ramp = Math.clamp((i - low) / Math.max(0.001, high - low), 0, 1);
      frequencies[i] = frequencies[i] * (1 - ramp) + frequencies[i] / factor * ramp;
    }
    return new Rope(frequencies, magnitude() * (1 + 0.1 * Math.log(factor)));
  }

  /** The pair that turns so many times within the original context. */
  private double pairOfTurns(double turns, double base) {
    return rotated() * Math.log(originalContext() / (turns * 2 * Math.PI)) / (2 * Math.log(base));
  }

  /**
   * Divides each frequency by the file's factor for it, where it has factors. Of LongRoPE's two
   * sets the long one holds if the model's context is longer than the original one: the choice must
   * not change in the middle of a stream.
   */
  private Rope divided(Rope rope, TensorSource tensors) {
    String name =
        tensors.has(LONG_FACTORS)
            ? info.context() > originalContext() ? LONG_FACTORS : SHORT_FACTORS
            : FACTORS;
    if (tensors.has(LONG_FACTORS)) {
      tensors.vector(LONG_FACTORS, rope.pairs());
      tensors.vector(SHORT_FACTORS, rope.pairs());
    }
    if (!tensors.has(name)) {
      return rope;
    }
    float[] factors = tensors.vector(name, rope.pairs());
    double[] frequencies = frequencies(rope);
    for (int i = 0; i < frequencies.length; i++) {
      // Written so that NaN is refused too.
      if (!(factors[i] >= MIN_FACTOR && factors[i] <= MAX_SCALE)) {
        throw new ModelFileException(
            metadata.file(),
            -1,
            name + "[" + i + "]",
            Float.toString(factors[i]),
            "from " + MIN_FACTOR + " to " + MAX_SCALE);
      }
      frequencies[i] /= factors[i];
    }
    return new Rope(frequencies, rope.magnitude());
  }
}

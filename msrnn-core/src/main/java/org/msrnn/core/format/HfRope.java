package org.msrnn.core.format;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * RoPE of a {@code config.json}: {@code rope_parameters}, for all layers or by kind of layer, or
 * the older {@code rope_theta} with {@code rope_scaling}.
 */
final class HfRope {
  private static final String PARAMETERS = "rope_parameters";
  private static final String SCALING = "rope_scaling";
  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";
  private static final String ORIGINAL = "original_max_position_embeddings";

  private final HfConfig config;
  private final HfArchitecture architecture;
  private final int headSize;
  private final int rotated;
  private final GgufKeys keys;
  private final Map<String, float[]> tensors = new LinkedHashMap<>();

  private HfRope(HfConfig config, HfArchitecture architecture, int headSize, GgufKeys keys) {
    this.config = config;
    this.architecture = architecture;
    this.headSize = headSize;
    this.keys = keys;
    this.rotated = rotated();
  }

  /**
   * Puts the keys of RoPE.
   *
   * @return the tensors that GGUF has for it, by name
   */
  static Map<String, float[]> put(
      HfConfig config, HfArchitecture architecture, int headSize, GgufKeys keys) {
    var rope = new HfRope(config, architecture, headSize, keys);
    rope.put();
    return rope.tensors;
  }

  private void put() {
    keys.count(key("dimension_count"), rotated);
    keys.real(key("freq_base"), base(FULL));
    if (architecture == HfArchitecture.GEMMA3) {
      keys.real(key("freq_base_swa"), slidingBase());
    }
    Optional<HfConfig> given = scaling();
    if (given.isEmpty()) {
      return;
    }
    HfConfig scaling = given.get();
    String type = kind(scaling);
    switch (scaling.text(type).orElse("default")) {
      case "default" -> {}
      case "linear" -> {
        keys.text(key("scaling.type"), "linear");
        keys.real(key("scaling.factor"), scaling.number("factor"));
      }
      case "llama3" -> tensors.put("rope_freqs.weight", llama3(scaling));
      case "yarn" -> yarn(scaling);
      case "longrope", "su" -> longRope(scaling, type);
      default -> throw scaling.unsupported(type, "default, linear, llama3, yarn and longrope");
    }
  }

  /** The parameters of layers with full attention. */
  private Optional<HfConfig> parameters(String layers) {
    return config
        .object(PARAMETERS)
        .map(all -> all.isObject(layers) ? all.object(layers).orElseThrow() : all);
  }

  private Optional<HfConfig> scaling() {
    return config.has(PARAMETERS) ? parameters(FULL) : config.object(SCALING);
  }

  private double base(String layers) {
    double outer = config.number("rope_theta", architecture.ropeTheta());
    return parameters(layers).map(p -> p.number("rope_theta", outer)).orElse(outer);
  }

  /** The base of Gemma 3's sliding layers, which have no scaling. */
  private double slidingBase() {
    Optional<HfConfig> parameters = config.object(PARAMETERS);
    if (parameters.isPresent() && parameters.get().isObject(SLIDING)) {
      HfConfig sliding = parameters.get().object(SLIDING).orElseThrow();
      String type = kind(sliding);
      if (!sliding.text(type).orElse("default").equals("default")) {
        throw sliding.unsupported(type, "default in layers with a sliding window");
      }
      return sliding.number("rope_theta", 1e4);
    }
    return config.number("rope_local_base_freq", 1e4);
  }

  private static String kind(HfConfig scaling) {
    return scaling.has("rope_type") ? "rope_type" : "type";
  }

  /** Numbers of a head that are rotated: a part of them, where the config says so. */
  private int rotated() {
    String name = "partial_rotary_factor";
    double outer = config.number(name, 1);
    double factor = parameters(FULL).map(p -> p.number(name, outer)).orElse(outer);
    int rotated = (int) (headSize * factor);
    if (factor > 1 || rotated < 2 || rotated % 2 != 0) {
      throw config.fault(
          name, "at most 1, with an even count of the " + headSize + " numbers of a head");
    }
    if (architecture.pairsTogether() && rotated != headSize) {
      throw config.unsupported(name, "1 for models of this kind");
    }
    return rotated;
  }

  /** A divisor for each frequency: 1 for high ones, the factor for low ones, between in between. */
  private float[] llama3(HfConfig scaling) {
    double factor = scaling.number("factor");
    double low = scaling.number("low_freq_factor");
    double high = scaling.number("high_freq_factor");
    if (low >= high) {
      throw scaling.fault("low_freq_factor", "a number below high_freq_factor");
    }
    int original = scaling.count(ORIGINAL, HfMetadata.MAX_CONTEXT);
    double base = base(FULL);
    float[] divisors = new float[rotated / 2];
    for (int i = 0; i < divisors.length; i++) {
      double length = 2 * Math.PI * Math.pow(base, 2.0 * i / rotated);
      double smooth = Math.clamp((original / length - low) / (high - low), 0, 1);
      divisors[i] = (float) (1 / ((1 - smooth) / factor + smooth));
    }
    return divisors;
  }

  /** YaRN (arXiv 2309.00071). Its magnitude, 1 + 0.1 ln factor, is not in the file. */
  private void yarn(HfConfig scaling) {
    if (!scaling.flag("truncate", true)) {
      throw scaling.unsupported("truncate", "true");
    }
    int context = config.count("max_position_embeddings", HfMetadata.MAX_CONTEXT);
    int original = scaling.count(ORIGINAL, HfMetadata.MAX_CONTEXT, context);
    double factor = scaling.number("factor", (double) context / original);
    keys.text(key("scaling.type"), "yarn");
    keys.real(key("scaling.factor"), factor);
    keys.count(key("scaling.original_context_length"), original);
    double own = magnitude(factor, 1);
    double asked = own;
    if (scaling.has("attention_factor")) {
      asked = scaling.number("attention_factor");
    } else if (scaling.has("mscale") && scaling.has("mscale_all_dim")) {
      asked =
          magnitude(factor, scaling.number("mscale"))
              / magnitude(factor, scaling.number("mscale_all_dim"));
    }
    if (asked != own) {
      keys.real(key("scaling.attn_factor"), asked / own);
    }
    for (String beta : List.of("beta_fast", "beta_slow")) {
      scaling.optionalNumber(beta).ifPresent(b -> keys.real(key("scaling.yarn_" + beta), b));
    }
  }

  private static double magnitude(double factor, double scale) {
    return factor <= 1 ? 1 : 1 + 0.1 * scale * Math.log(factor);
  }

  /** LongRoPE (arXiv 2402.13753): a divisor for each frequency, two sets of them. */
  private void longRope(HfConfig scaling, String type) {
    if (architecture != HfArchitecture.PHI3) {
      throw scaling.unsupported(type, "longrope for phi3 alone");
    }
    int context = config.count("max_position_embeddings", HfMetadata.MAX_CONTEXT);
    int original =
        scaling.has(ORIGINAL)
            ? scaling.count(ORIGINAL, HfMetadata.MAX_CONTEXT)
            : config.count(ORIGINAL, HfMetadata.MAX_CONTEXT);
    double scale = (double) context / original;
    double own = scale <= 1 ? 1 : Math.sqrt(1 + Math.log(scale) / Math.log(original));
    keys.count(key("scaling.original_context_length"), original);
    keys.real(key("scaling.attn_factor"), scaling.number("attention_factor", own));
    tensors.put("rope_factors_long.weight", factors(scaling, "long_factor"));
    tensors.put("rope_factors_short.weight", factors(scaling, "short_factor"));
  }

  private float[] factors(HfConfig scaling, String name) {
    List<?> given = scaling.list(name).orElse(List.of());
    String allowed = rotated / 2 + " numbers above zero";
    if (given.size() != rotated / 2) {
      throw scaling.fault(name, allowed);
    }
    float[] factors = new float[given.size()];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = given.get(i) instanceof Number n ? n.floatValue() : Float.NaN;
      if (!(factors[i] > 0 && factors[i] <= Float.MAX_VALUE)) {
        throw scaling.fault(name, allowed);
      }
    }
    return factors;
  }

  private String key(String name) {
    return architecture.gguf() + ".rope." + name;
  }
}

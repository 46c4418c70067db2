package org.msrnn.core.format;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.msrnn.api.UnsupportedModelException;

/** What {@code config.json} says of single layers: which have a window, which have no RoPE. */
final class HfLayers {
  private static final String WINDOW = "sliding_window";
  private static final String TYPES = "layer_types";
  private static final String NO_ROPE = "no_rope_layers";
  private static final int DEFAULT_WINDOW = 4096;

  private final HfConfig config;
  private final HfArchitecture architecture;
  private final int layers;

  private HfLayers(HfConfig config, HfArchitecture architecture, int layers) {
    this.config = config;
    this.architecture = architecture;
    this.layers = layers;
  }

  /** Puts the keys of windows and of layers without RoPE. */
  static void put(HfConfig config, HfArchitecture architecture, int layers, GgufKeys keys) {
    var all = new HfLayers(config, architecture, layers);
    String name = architecture.gguf();
    List<Boolean> sliding = all.sliding();
    if (sliding.contains(true)) {
      keys.count(name + ".attention.sliding_window", all.window());
      keys.flags(name + ".attention.sliding_window_pattern", sliding);
    }
    if (architecture == HfArchitecture.SMOLLM3) {
      keys.flags(name + ".rope.no_rope_layers", all.noRope());
    }
  }

  private int window() {
    boolean known = architecture.gemma() || architecture == HfArchitecture.MISTRAL;
    return known && !config.mentions(WINDOW)
        ? DEFAULT_WINDOW
        : config.count(WINDOW, HfMetadata.MAX_CONTEXT);
  }

  private List<Boolean> sliding() {
    return switch (architecture) {
      case LLAMA, OLMO2, GRANITE -> each(layer -> false);
      case MISTRAL -> each(layer -> config.has(WINDOW) || !config.mentions(WINDOW));
      case PHI3 -> each(layer -> config.has(WINDOW));
      case QWEN2, QWEN3 -> {
        int first = config.whole("max_window_layers", 0, Integer.MAX_VALUE, 28);
        yield windowIsUsed() ? typed(layer -> layer >= first) : each(layer -> false);
      }
      case SMOLLM3 -> windowIsUsed() ? typed(noRope()::get) : each(layer -> false);
      case GEMMA2 -> typed(layer -> layer % 2 == 0);
      case GEMMA3 -> {
        int pattern = config.count("sliding_window_pattern", Integer.MAX_VALUE, 6);
        int full = config.count("_sliding_window_pattern", Integer.MAX_VALUE, pattern);
        yield typed(layer -> (layer + 1) % full != 0);
      }
    };
  }

  private boolean windowIsUsed() {
    return config.flag("use_sliding_window", false) && config.has(WINDOW);
  }

  /** Which layers slide: as the config lists them, or else by the rule of the kind of model. */
  private List<Boolean> typed(IntPredicate rule) {
    return config
        .list(TYPES)
        .map(types -> entries(TYPES, types).map(this::slides).toList())
        .orElseGet(() -> each(rule));
  }

  private boolean slides(Object type) {
    if (type.equals("sliding_attention")) {
      return true;
    }
    if (type.equals("full_attention")) {
      return false;
    }
    throw new UnsupportedModelException(
        config.file()
            + ": "
            + TYPES
            + " has "
            + Printable.of(type.toString())
            + ", msrnn has full_attention and sliding_attention");
  }

  /** The config lists layers that have RoPE, as 1, whatever the name says. */
  private List<Boolean> noRope() {
    int interval = config.count("no_rope_layer_interval", Integer.MAX_VALUE, 4);
    return config
        .list(NO_ROPE)
        .map(
            list ->
                entries(NO_ROPE, list)
                    .map(
                        has -> {
                          if (!has.equals(0L) && !has.equals(1L)) {
                            throw config.fault(NO_ROPE, "an array of 0 and 1");
                          }
                          return has.equals(0L);
                        })
                    .toList())
        .orElseGet(() -> each(layer -> (layer + 1) % interval == 0));
  }

  private Stream<?> entries(String name, List<?> list) {
    if (list.size() != layers) {
      throw config.fault(name, "an array of " + layers + ", one a layer");
    }
    return list.stream();
  }

  private List<Boolean> each(IntPredicate predicate) {
    return IntStream.range(0, layers).mapToObj(predicate::test).toList();
  }
}

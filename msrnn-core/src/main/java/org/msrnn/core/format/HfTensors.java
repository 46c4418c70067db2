package org.msrnn.core.format;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.msrnn.api.ModelFileException;

/**
 * Tensors of a Hugging Face folder under the names, in the order and with the numbers that they
 * have in GGUF. One whose name means nothing here keeps it, so that a family refuses it by name.
 */
final class HfTensors {
  private static final Pattern LAYER =
      Pattern.compile("model\\.layers\\.(\\d{1,5})\\.(.+)\\.(weight|bias)");
  private static final Pattern SEEING =
      Pattern.compile("(model\\.)?(vision_tower|multi_modal_projector)\\.");

  private static final Pattern LANGUAGE =
      Pattern.compile("^language_model\\.|(?<=^model\\.)language_model\\.");

  private static final String HEAD = "lm_head.weight";

  private static final Map<String, String> OUTSIDE =
      Map.of(
          "model.embed_tokens.weight",
          "token_embd.weight",
          "model.norm.weight",
          "output_norm.weight",
          HEAD,
          "output.weight");

  private static final Map<String, String> LAYERS =
      Map.ofEntries(
          Map.entry("input_layernorm", "attn_norm"),
          Map.entry("self_attn.q_proj", "attn_q"),
          Map.entry("self_attn.k_proj", "attn_k"),
          Map.entry("self_attn.v_proj", "attn_v"),
          Map.entry("self_attn.qkv_proj", "attn_qkv"),
          Map.entry("self_attn.o_proj", "attn_output"),
          Map.entry("self_attn.q_norm", "attn_q_norm"),
          Map.entry("self_attn.k_norm", "attn_k_norm"),
          Map.entry("mlp.gate_proj", "ffn_gate"),
          Map.entry("mlp.up_proj", "ffn_up"),
          Map.entry("mlp.gate_up_proj", "ffn_up"),
          Map.entry("mlp.down_proj", "ffn_down"),
          Map.entry("pre_feedforward_layernorm", "ffn_norm"),
          Map.entry("post_feedforward_layernorm", "post_ffw_norm"));

  /** Buffers that older versions of transformers stored among the weights. */
  private static final List<String> BUFFERS =
      List.of(".attention.masked_bias", ".attention.bias", ".rotary_emb.inv_freq");

  private final HfConfig config;
  private final HfArchitecture architecture;
  private final boolean tied;
  private final int headSize;
  private final SequencedMap<String, HfTensor> tensors = new LinkedHashMap<>();

  private HfTensors(HfConfig config, HfArchitecture architecture, int headSize) {
    this.config = config;
    this.architecture = architecture;
    this.headSize = headSize;
    this.tied = config.flag("tie_word_embeddings", architecture.tied());
  }

  /**
   * All tensors by their names in GGUF.
   *
   * @param stored those of the files, by the names that they have there
   * @param computed those that follow from the config
   */
  static SequencedMap<String, HfTensor> of(
      HfConfig config,
      HfArchitecture architecture,
      int headSize,
      SequencedMap<String, StoredTensor> stored,
      Map<String, float[]> computed) {
    var all = new HfTensors(config, architecture, headSize);
    computed.forEach((name, numbers) -> all.put(new HfTensor.Computed(name, numbers), name));
    stored.forEach(all::add);
    all.checkBiases();
    if (!all.tied && !stored.containsKey(HEAD)) {
      throw new ModelFileException(
          config.file(),
          -1,
          HEAD,
          "in no file of weights",
          "a tensor of this name, since tie_word_embeddings is "
              + (config.has("tie_word_embeddings") ? "false" : "absent"));
    }
    return Collections.unmodifiableSequencedMap(all.tensors);
  }

  /** The tensors of the text part of a model that also sees, under the names of a text model. */
  static SequencedMap<String, StoredTensor> ofText(SequencedMap<String, StoredTensor> stored) {
    var text = new LinkedHashMap<String, StoredTensor>();
    stored.forEach(
        (name, tensor) -> {
          Matcher seeing = SEEING.matcher(name);
          Matcher language = LANGUAGE.matcher(name);
          if (!seeing.lookingAt()) {
            text.put(language.replaceFirst(""), tensor);
          }
        });
    return text;
  }

  private void add(String name, StoredTensor stored) {
    boolean unused = tied && name.equals(HEAD);
    if (!unused && BUFFERS.stream().noneMatch(name::endsWith)) {
      put(tensor(name, named(stored, name(name).orElse(name))), name);
    }
  }

  private void put(HfTensor tensor, String name) {
    if (tensors.putIfAbsent(tensor.entry().name(), tensor) != null) {
      throw new ModelFileException(
          config.file(),
          -1,
          Printable.of(name),
          "a second " + tensor.entry().name(),
          "one tensor of each kind in a layer");
    }
  }

  private static StoredTensor named(StoredTensor stored, String name) {
    TensorEntry entry = stored.entry();
    return new StoredTensor(
        new TensorEntry(
            name, entry.typeName(), entry.type(), entry.shape(), entry.offset(), entry.bytes()),
        stored.file());
  }

  /** What GGUF calls it. */
  private Optional<String> name(String name) {
    Matcher layer = LAYER.matcher(name);
    if (!layer.matches()) {
      return Optional.ofNullable(OUTSIDE.get(name));
    }
    String part =
        layer.group(2).equals("post_attention_layernorm")
            ? architecture.normsAfter() ? "post_attention_norm" : "ffn_norm"
            : LAYERS.get(layer.group(2));
    return Optional.ofNullable(part)
        .map(p -> "blk." + Integer.parseInt(layer.group(1)) + "." + p + "." + layer.group(3));
  }

  private HfTensor tensor(String name, StoredTensor stored) {
    if (architecture.gemma() && name.endsWith("norm.weight") && stored.entry().rows() == 1) {
      return new HfTensor.Changed(stored, HfTensors::plusOne);
    }
    boolean rotated = name.contains(".q_proj.") || name.contains(".k_proj.");
    if (architecture.pairsTogether() && rotated) {
      RowOrder together = pairsTogether(headSize);
      // Rows that are no whole heads are refused by the family: it knows the shape.
      long size = name.endsWith(".bias") ? stored.entry().columns() : stored.entry().rows();
      if (size % headSize == 0) {
        return name.endsWith(".bias")
            ? new HfTensor.Changed(stored, numbers -> inOrder(numbers, together))
            : new HfTensor.Stored(stored, together);
      }
    }
    return new HfTensor.Stored(stored, RowOrder.OF_FILE);
  }

  private static float[] plusOne(float[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] += 1;
    }
    return numbers;
  }

  private static float[] inOrder(float[] numbers, RowOrder order) {
    float[] ordered = new float[numbers.length];
    for (int i = 0; i < ordered.length; i++) {
      ordered[i] = numbers[(int) order.rowOfFile(i)];
    }
    return ordered;
  }

  /** Row 2 i + j of a head is row i + j (head / 2) in the folder. */
  private static RowOrder pairsTogether(int headSize) {
    return row -> {
      long inHead = row % headSize;
      return row - inHead + inHead / 2 + inHead % 2 * (headSize / 2);
    };
  }

  /** transformers adds a bias where the config says so, and only there. */
  private void checkBiases() {
    boolean attention = config.flag("attention_bias", false);
    switch (architecture) {
      case QWEN2 -> {
        checkBiases("", true, "attn_q", "attn_k", "attn_v");
        checkBiases("", false, "attn_output");
      }
      case MISTRAL, PHI3 ->
          checkBiases("", false, "attn_q", "attn_k", "attn_v", "attn_qkv", "attn_output");
      default ->
          checkBiases("attention_bias", attention, "attn_q", "attn_k", "attn_v", "attn_output");
    }
    boolean mlp =
        architecture.pairsTogether()
            && architecture != HfArchitecture.MISTRAL
            && config.flag("mlp_bias", false);
    checkBiases("mlp_bias", mlp, "ffn_gate", "ffn_up", "ffn_down");
  }

  private void checkBiases(String member, boolean wanted, String... parts) {
    for (int layer = 0; layer < HfMetadata.layers(config); layer++) {
      for (String part : parts) {
        String name = "blk." + layer + "." + part + ".bias";
        if (tensors.containsKey(name) != wanted) {
          throw new ModelFileException(
              config.file(),
              -1,
              name,
              wanted ? "in no file of weights" : "in a file of weights",
              (wanted ? "a tensor of this name" : "no tensor of this name")
                  + (member.isEmpty()
                      ? " in models of this kind"
                      : ", since " + member + " is " + wanted));
        }
      }
    }
  }
}

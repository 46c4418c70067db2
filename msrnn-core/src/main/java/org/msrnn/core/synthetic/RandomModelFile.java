package org.msrnn.core.synthetic;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Progress;
import org.msrnn.core.format.GgufOutput;
import org.msrnn.core.tokenizer.ByteAlphabet;

/**
 * {@link RandomModel} as a GGUF file that other engines read too. Its vocabulary is one of bytes:
 * 256 of them, one merge, names that no text has, and at the end a token that begins and ends
 * texts.
 */
public final class RandomModelFile {
  private static final int NORMAL = 1; // types of tokens
  private static final int CONTROL = 3;

  private RandomModelFile() {}

  /**
   * Writes a file. It takes little memory, however large the model is.
   *
   * @param type number format of all matrices
   * @param file where; there is nothing yet
   * @param progress is told of bytes
   * @throws org.msrnn.api.InvalidOptionException if a row of a matrix is no multiple of its block
   * @throws org.msrnn.api.MsrnnException if it cannot be written
   */
  public static void write(ModelShape shape, TensorType type, Path file, Progress progress) {
    try (RandomModel random = new RandomModel(shape, type)) {
      GgufOutput.write(
          file,
          metadata(shape, type),
          shape.tensors(type),
          entry -> random.tensor(entry.name()).data(),
          progress);
    }
  }

  private static Map<String, Object> metadata(ModelShape shape, TensorType type) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("general.architecture", "llama");
    metadata.put("general.name", "random " + shape.name() + " " + type);
    metadata.put("llama.context_length", shape.context());
    metadata.put("llama.embedding_length", shape.width());
    metadata.put("llama.block_count", shape.layers());
    metadata.put("llama.feed_forward_length", shape.ffnWidth());
    metadata.put("llama.attention.head_count", shape.queryHeads());
    metadata.put("llama.attention.head_count_kv", shape.kvHeads());
    metadata.put("llama.attention.layer_norm_rms_epsilon", RandomModel.EPSILON);
    metadata.put("llama.rope.freq_base", (float) shape.ropeBase());
    metadata.put("llama.rope.dimension_count", shape.headSize());
    metadata.put("llama.vocab_size", shape.vocabulary());
    int last = shape.vocabulary() - 1;
    int[] types = new int[shape.vocabulary()];
    Arrays.fill(types, NORMAL);
    types[last] = CONTROL;
    metadata.put("tokenizer.ggml.model", "gpt2");
    metadata.put("tokenizer.ggml.pre", "llama-bpe");
    metadata.put("tokenizer.ggml.tokens", tokens(shape.vocabulary()));
    metadata.put("tokenizer.ggml.token_type", types);
    metadata.put("tokenizer.ggml.merges", List.of("t h"));
    metadata.put("tokenizer.ggml.bos_token_id", last);
    metadata.put("tokenizer.ggml.eos_token_id", last);
    metadata.put("tokenizer.ggml.add_bos_token", true);
    return metadata;
  }

  private static List<String> tokens(int count) {
    List<String> tokens = new ArrayList<>(count);
    for (int b = 0; b < 256; b++) {
      tokens.add(String.valueOf(ByteAlphabet.character(b)));
    }
    tokens.add("th");
    while (tokens.size() < count - 1) {
      tokens.add("unused" + tokens.size());
    }
    tokens.add("<|end|>");
    return tokens;
  }
}

package org.msrnn.core.format;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.synthetic.TensorEncoder;

/**
 * A Llama model with random weights and a byte-level vocabulary of 260: 256 bytes, three merges and
 * {@code <|end|>}, which is BOS and EOS.
 */
public final class TinyLlama {
  public static final int LAYERS = 2;
  public static final int WIDTH = 32;
  public static final int HEADS = 4;
  public static final int KV_HEADS = 2;
  public static final int HEAD_SIZE = 8;
  public static final int FFN = 64;
  public static final int CONTEXT = 64;
  public static final int VOCABULARY = 260;
  public static final int BOS = 259;

  private TinyLlama() {}

  /** The model, its matrices of one type, its norms float32, its embeddings tied. */
  public static GgufWriter writer(long seed, TensorType type) {
    var writer = new GgufWriter();
    hyperparameters(writer);
    vocabulary(writer);
    var random = new Random(seed);
    matrix(writer, random, type, "token_embd.weight", VOCABULARY, WIDTH);
    for (int l = 0; l < LAYERS; l++) {
      String block = "blk." + l + ".";
      matrix(writer, random, type, block + "attn_q.weight", HEADS * HEAD_SIZE, WIDTH);
      matrix(writer, random, type, block + "attn_k.weight", KV_HEADS * HEAD_SIZE, WIDTH);
      matrix(writer, random, type, block + "attn_v.weight", KV_HEADS * HEAD_SIZE, WIDTH);
      matrix(writer, random, type, block + "attn_output.weight", WIDTH, HEADS * HEAD_SIZE);
      matrix(writer, random, type, block + "ffn_gate.weight", FFN, WIDTH);
      matrix(writer, random, type, block + "ffn_up.weight", FFN, WIDTH);
      matrix(writer, random, type, block + "ffn_down.weight", WIDTH, FFN);
      norm(writer, random, block + "attn_norm.weight");
      norm(writer, random, block + "ffn_norm.weight");
    }
    norm(writer, random, "output_norm.weight");
    return writer;
  }

  private static void hyperparameters(GgufWriter writer) {
    writer
        .put("general.architecture", "llama")
        .put("general.name", "tiny")
        .put("llama.context_length", CONTEXT)
        .put("llama.embedding_length", WIDTH)
        .put("llama.block_count", LAYERS)
        .put("llama.feed_forward_length", FFN)
        .put("llama.attention.head_count", HEADS)
        .put("llama.attention.head_count_kv", KV_HEADS)
        .put("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .put("llama.rope.freq_base", 10_000f)
        .put("llama.rope.dimension_count", HEAD_SIZE)
        .put("llama.vocab_size", VOCABULARY);
  }

  private static void vocabulary(GgufWriter writer) {
    List<String> tokens = byteTokens();
    tokens.addAll(List.of("th", "the", "\u0120the", "<|end|>"));
    int[] types = new int[tokens.size()];
    java.util.Arrays.fill(types, 1);
    types[BOS] = 3;
    writer
        .put("tokenizer.ggml.model", "gpt2")
        .put("tokenizer.ggml.pre", "qwen2")
        .put("tokenizer.ggml.tokens", tokens)
        .put("tokenizer.ggml.token_type", types)
        .put("tokenizer.ggml.merges", List.of("t h", "th e", "\u0120 the"))
        .put("tokenizer.ggml.bos_token_id", BOS)
        .put("tokenizer.ggml.eos_token_id", BOS)
        .put("tokenizer.ggml.add_bos_token", true);
  }

  /** GPT-2's 256 characters, token b for byte b; written here a second time, on purpose. */
  public static List<String> byteTokens() {
    var characters = new TreeMap<Integer, String>();
    int other = 256;
    for (int b = 0; b < 256; b++) {
      boolean same = (b > 32 && b < 127) || (b > 160 && b != 173);
      characters.put(b, String.valueOf((char) (same ? b : other++)));
    }
    return new ArrayList<>(characters.values());
  }

  private static void norm(GgufWriter writer, Random random, String name) {
    float[] numbers = new float[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      numbers[i] = 0.5f + random.nextFloat();
    }
    writer.tensor(name, TensorType.F32, GgufWriter.f32(numbers), WIDTH);
  }

  private static void matrix(
      GgufWriter writer, Random random, TensorType type, String name, int rows, int columns) {
    writer.tensor(name, type, random(random, type, rows * columns), columns, rows);
  }

  /** Encoded random numbers of about 0.2. */
  public static byte[] random(Random random, TensorType type, int numbers) {
    float[] all = new float[numbers];
    for (int i = 0; i < numbers; i++) {
      all[i] = (float) (0.2 * random.nextGaussian());
    }
    byte[] bytes = new byte[(int) type.bytes(numbers)];
    TensorEncoder.encode(type, all, MemorySegment.ofArray(bytes));
    return bytes;
  }
}

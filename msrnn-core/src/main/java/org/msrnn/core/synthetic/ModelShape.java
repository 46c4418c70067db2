package org.msrnn.core.synthetic;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.format.TensorEntry;

/**
 * The sizes of a decoder of the Llama family: all that its speed depends on beside the number
 * format of its weights.
 *
 * @param name what users call it
 * @param layers transformer layers
 * @param width length of the residual stream; a head has {@code width / queryHeads} numbers
 * @param queryHeads query heads a layer
 * @param kvHeads key/value heads a layer
 * @param ffnWidth inner width of the feed-forward network
 * @param vocabulary number of tokens
 * @param context positions
 * @param ropeBase theta of RoPE
 * @param tied whether the embedding is the output matrix too
 */
public record ModelShape(
    String name,
    int layers,
    int width,
    int queryHeads,
    int kvHeads,
    int ffnWidth,
    int vocabulary,
    int context,
    double ropeBase,
    boolean tied) {
  private static final String PREFIX = "llama-";

  /** The shapes that users can name. */
  public static final List<ModelShape> NAMED =
      List.of(
          // Llama-3.2-1B
          new ModelShape("llama-1b", 16, 2048, 32, 8, 8192, 128_256, 131_072, 500_000, true),
          // a small model whose heads all have keys and values of their own
          new ModelShape("110m", 12, 768, 12, 12, 2048, 32_000, 32_768, 10_000, true),
          // LLaMA-2-7B
          new ModelShape("llama-7b", 32, 4096, 32, 32, 11_008, 32_000, 4096, 10_000, false),
          // for tests
          new ModelShape("tiny", 2, 64, 4, 2, 128, 512, 2048, 10_000, true));

  /**
   * The shape of that name; {@code llama-} may be left out.
   *
   * @throws InvalidOptionException if there is none
   */
  public static ModelShape named(String name) {
    String wanted = name.strip().toLowerCase(Locale.ROOT);
    return NAMED.stream()
        .filter(shape -> shape.name.equals(wanted) || shape.name.equals(PREFIX + wanted))
        .findFirst()
        .orElseThrow(() -> new InvalidOptionException("shape", "'" + name + "'", names()));
  }

  /** All names, for people. */
  public static String names() {
    return NAMED.stream().map(ModelShape::name).collect(Collectors.joining(", "));
  }

  /** Numbers in a head's key, value or query. */
  public int headSize() {
    return width / queryHeads;
  }

  /** The model in figures. */
  public ModelInfo info() {
    return new ModelInfo(
        name,
        "llama",
        layers,
        width,
        queryHeads,
        kvHeads,
        headSize(),
        ffnWidth,
        vocabulary,
        context,
        List.of());
  }

  /**
   * The tensors of a GGUF file of this shape, in its order: matrices of one type, norms in F32.
   *
   * @throws InvalidOptionException if a row of a matrix is no multiple of the type's block
   */
  public List<TensorEntry> tensors(TensorType type) {
    Table table = new Table(type);
    int kvWidth = kvHeads * headSize();
    table.matrix("token_embd.weight", vocabulary, width);
    for (int l = 0; l < layers; l++) {
      String block = "blk." + l + ".";
      table.norm(block + "attn_norm.weight");
      table.matrix(block + "attn_q.weight", width, width);
      table.matrix(block + "attn_k.weight", kvWidth, width);
      table.matrix(block + "attn_v.weight", kvWidth, width);
      table.matrix(block + "attn_output.weight", width, width);
      table.norm(block + "ffn_norm.weight");
      table.matrix(block + "ffn_gate.weight", ffnWidth, width);
      table.matrix(block + "ffn_up.weight", ffnWidth, width);
      table.matrix(block + "ffn_down.weight", width, ffnWidth);
    }
    table.norm("output_norm.weight");
    if (!tied) {
      table.matrix("output.weight", vocabulary, width);
    }
    return List.copyOf(table.entries);
  }

  /** Tensors one after the other. */
  private final class Table {
    private final TensorType type;
    private final List<TensorEntry> entries = new ArrayList<>();
    private long offset;

    Table(TensorType type) {
      this.type = type;
    }

    void matrix(String tensor, long rows, long columns) {
      if (columns % type.blockSize() != 0) {
        throw new InvalidOptionException(
            "type",
            type
                + " has blocks of "
                + type.blockSize()
                + " numbers, and the rows of "
                + tensor
                + " in the shape "
                + name
                + " have "
                + columns
                + ": give a type whose block divides them, such as F16");
      }
      add(tensor, type, List.of(rows, columns), rows * columns);
    }

    void norm(String tensor) {
      add(tensor, TensorType.F32, List.of((long) width), width);
    }

    private void add(String tensor, TensorType of, List<Long> sizes, long numbers) {
      long bytes = of.bytes(numbers);
      entries.add(new TensorEntry(tensor, of.name(), of, sizes, offset, bytes));
      offset += bytes;
    }
  }
}

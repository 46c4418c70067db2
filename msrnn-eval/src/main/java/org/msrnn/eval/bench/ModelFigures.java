package org.msrnn.eval.bench;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;

import java.util.List;
import java.util.Map;
import org.msrnn.core.format.TensorEntry;

/**
 * What a model's weights are.
 *
 * @param name the model's name
 * @param type the number format that most of its bytes are in
 * @param bytes bytes of all weights, in the formats of the file
 * @param parameters numbers
 * @param bytesPerStep bytes of the weights that a step reads
 */
public record ModelFigures(
    String name, String type, long bytes, long parameters, long bytesPerStep) {
  private static final String EMBEDDING = "token_embd.weight";
  private static final String OUTPUT = "output.weight";

  /** Adds up the tensors of a file. Of an embedding that is not the output too, a row is read. */
  public static ModelFigures of(String name, List<TensorEntry> tensors) {
    boolean tied = tensors.stream().noneMatch(t -> t.name().equals(OUTPUT));
    Map<String, Long> types =
        tensors.stream()
            .collect(groupingBy(TensorEntry::typeName, summingLong(TensorEntry::bytes)));
    return new ModelFigures(
        name,
        types.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey(),
        tensors.stream().mapToLong(TensorEntry::bytes).sum(),
        tensors.stream().mapToLong(t -> Math.multiplyExact(t.rows(), t.columns())).sum(),
        tensors.stream()
            .mapToLong(t -> tied || !t.name().equals(EMBEDDING) ? t.bytes() : t.bytes() / t.rows())
            .sum());
  }
}

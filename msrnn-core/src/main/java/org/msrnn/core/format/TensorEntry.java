package org.msrnn.core.format;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.api.backend.TensorType;

/**
 * One line of a file's table of tensors. Its bytes lie inside the file and overlap no other tensor.
 *
 * @param name its name
 * @param typeName number format in the file format's word, for example {@code Q4_K}
 * @param type number format, or null where msrnn does not read it
 * @param shape sizes, outermost first, the contiguous one last; 1 to 4 of them, each 1 or more
 * @param offset byte offset in its file, 0 where it lies in none
 * @param bytes bytes in the file
 */
public record TensorEntry(
    String name,
    String typeName,
    @Nullable TensorType type,
    List<Long> shape,
    long offset,
    long bytes) {

  /** Copies the shape. */
  public TensorEntry {
    shape = List.copyOf(shape);
  }

  /** Contiguous numbers: the innermost size. */
  public long columns() {
    return shape.getLast();
  }

  /** Product of all sizes but the innermost, 1 for a vector. Never overflows: it was checked. */
  public long rows() {
    long rows = 1;
    for (int i = 0; i < shape.size() - 1; i++) {
      rows = Math.multiplyExact(rows, shape.get(i));
    }
    return rows;
  }

  /**
   * The number format, where msrnn reads it.
   *
   * @param file the file, for the message
   * @throws UnsupportedModelException where it does not
   */
  public TensorType requireReadable(Path file) {
    if (type != null) {
      return type;
    }
    throw new UnsupportedModelException(
        file
            + ": tensor "
            + Printable.of(name)
            + " has the number format "
            + typeName
            + ", msrnn reads "
            + Arrays.stream(TensorType.values()).map(Enum::name).collect(joining(", ")));
  }
}

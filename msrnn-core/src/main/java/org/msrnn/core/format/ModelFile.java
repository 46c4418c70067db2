package org.msrnn.core.format;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.msrnn.api.backend.Tensor;
import org.msrnn.core.Progress;

/**
 * A model file that was opened and checked, whatever its format. Metadata keys and tensor names are
 * GGUF's own; another format's reader translates its names to them, so that a family is written
 * once.
 *
 * <p>Open, look, {@link #load}, take tensors, close. Not thread-safe until loaded, immutable after.
 */
public interface ModelFile extends AutoCloseable {
  /** Where it lies. */
  Path path();

  /** Format and version, for people: {@code GGUF 3}. */
  String format();

  /** What the file says about itself. Stays usable after {@link #close}. */
  Metadata metadata();

  /** Size of the file in bytes. */
  long fileBytes();

  /** All tensors, in the order of the file. */
  List<TensorEntry> tensors();

  /** Names of all tensors, in the order of the file. */
  Set<String> tensorNames();

  /** The tensor of that name, where there is one. */
  Optional<TensorEntry> entry(String name);

  /**
   * Reads the weights into memory of the file's own (off-heap, {@link #fileBytes} at most) and
   * computes the digest on the way, in one pass. Progress is told in bytes of the file.
   *
   * @throws org.msrnn.api.ModelFileException if the file ends early or cannot be read
   * @throws org.msrnn.api.MsrnnException if there is not memory enough
   */
  void load(Progress progress);

  /**
   * A tensor's numbers, {@code [rows, columns]} with all sizes but the innermost multiplied into
   * rows. A read-only view of the file's memory: gone after {@link #close}.
   *
   * @throws org.msrnn.api.ModelFileException if there is no such tensor
   * @throws org.msrnn.api.UnsupportedModelException if msrnn does not read its number format
   * @throws IllegalStateException before {@link #load} or after {@link #close}
   */
  Tensor tensor(String name);

  /**
   * Zeroed memory that lives as long as the file's own, for weights that have to be rearranged.
   *
   * @throws org.msrnn.api.MsrnnException if there is not as much
   * @throws IllegalStateException after {@link #close}
   */
  MemorySegment allocate(long bytes);

  /**
   * SHA-256 of the whole file, hexadecimal.
   *
   * @throws IllegalStateException before {@link #load}
   */
  String digest();

  /** Gives the memory back. */
  @Override
  void close();
}

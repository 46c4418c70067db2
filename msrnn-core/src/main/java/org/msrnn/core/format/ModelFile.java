package org.msrnn.core.format;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.msrnn.api.backend.Tensor;
import org.msrnn.core.Progress;

/**
 * A model file that was opened and checked, whatever its format. Metadata keys and tensor names are
 * GGUF's own; another format's reader translates its names to them, so that a family is written
 * once.
 *
 * <p>Open, look, {@link #startReading}, take tensors, close. Not thread-safe; the data of its
 * tensors may be asked for from any thread.
 */
public interface ModelFile extends AutoCloseable {
  /**
   * Opens a model: reads and checks everything but the weights.
   *
   * @param path a GGUF file, any part of a GGUF model in parts, a Hugging Face folder, or a
   *     safetensors or JSON file in one
   * @throws org.msrnn.api.ModelFileException if a file is missing, unreadable or damaged
   * @throws org.msrnn.api.UnsupportedModelException if the model is of a kind that msrnn lacks
   */
  static ModelFile open(Path path) {
    String name = String.valueOf(path.getFileName());
    boolean inFolder = name.endsWith(".safetensors") || name.endsWith(".json");
    if (Files.isDirectory(path) || (inFolder && Files.exists(path))) {
      return HfFolder.open(path);
    }
    return GgufFile.open(path);
  }

  /** Where it lies. */
  Path path();

  /** Format and version, for people: {@code GGUF 3}. */
  String format();

  /** What the file says about itself. Stays usable after {@link #close}. */
  Metadata metadata();

  /**
   * The {@code tokenizer.json} that belongs to the model, where its vocabulary is not in {@link
   * #metadata}.
   */
  default Optional<Path> tokenizerJson() {
    return Optional.empty();
  }

  /** Size in bytes, of all its files. */
  long fileBytes();

  /** The chat template of the model, where it has one: text to look at, never run. */
  default Optional<String> chatTemplate() {
    String key = "tokenizer.chat_template";
    return metadata().has(key) ? Optional.of(metadata().string(key)) : Optional.empty();
  }

  /** All tensors, in the order of the file. */
  List<TensorEntry> tensors();

  /** Names of all tensors, in the order of the file. */
  Set<String> tensorNames();

  /** The tensor of that name, where there is one. */
  Optional<TensorEntry> entry(String name);

  /**
   * Begins to read: from now on there are tensors.
   *
   * @param progress is told of bytes of all files, as tensors are read
   */
  void startReading(Progress progress);

  /**
   * A tensor, {@code [rows, columns]} with all sizes but the innermost multiplied into rows. Its
   * numbers are read when they are asked for, or ahead, into memory that the next tensor takes
   * over: {@link Tensor#data} throws {@link org.msrnn.api.ModelFileException} if the file has
   * become shorter or cannot be read, and {@link org.msrnn.api.MsrnnException} if there is not
   * memory enough.
   *
   * @throws org.msrnn.api.ModelFileException if there is no such tensor
   * @throws org.msrnn.api.UnsupportedModelException if msrnn does not read its number format
   * @throws IllegalStateException before {@link #startReading}
   */
  Tensor tensor(String name, RowOrder order);

  /** The same with the rows as they stand in the file. */
  default Tensor tensor(String name) {
    return tensor(name, RowOrder.OF_FILE);
  }

  /**
   * SHA-256 of the whole file, hexadecimal; of several files, that of their contents one after the
   * other, in the order that the class of the file says. It is computed when it is asked for first,
   * from the files as they are then, and kept; it can be asked for after {@link #close}, too, and
   * throws {@link org.msrnn.api.ModelFileException} if a file cannot be read or has another size or
   * time of modification than when it was opened.
   */
  Supplier<String> digest();

  /** Gives the memory back. */
  @Override
  void close();
}

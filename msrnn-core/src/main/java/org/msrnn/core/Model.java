package org.msrnn.core;

import java.nio.file.Path;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.Msrnn;
import org.msrnn.api.backend.Backend;
import org.msrnn.core.decoder.DecoderMsrnn;
import org.msrnn.core.model.ModelReader;
import org.msrnn.core.tokenizer.Tokenizer;

/** A model file on a backend: the machine and its vocabulary. */
public final class Model implements AutoCloseable {
  private final Msrnn msrnn;
  private final Tokenizer tokenizer;

  private Model(Msrnn msrnn, Tokenizer tokenizer) {
    this.msrnn = msrnn;
    this.tokenizer = tokenizer;
  }

  /**
   * Opens a model file.
   *
   * @param file a GGUF file
   * @param backend where it is to run; stays open when the model is closed
   * @param progress is told of bytes read
   * @throws org.msrnn.api.ModelFileException if the file is damaged
   * @throws org.msrnn.api.UnsupportedModelException if the model is of a kind that msrnn lacks
   */
  public static Model open(Path file, Backend backend, Progress progress) {
    try (var loaded = ModelReader.read(file, progress)) {
      return new Model(
          new DecoderMsrnn(loaded.model(), backend, Progress.NONE), loaded.tokenizer());
    }
  }

  /** The machine. */
  public Msrnn msrnn() {
    return msrnn;
  }

  /** The vocabulary. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** The model in figures. */
  public ModelInfo info() {
    return msrnn.model();
  }

  @Override
  public void close() {
    msrnn.close();
  }
}

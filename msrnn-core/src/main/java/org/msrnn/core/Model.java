package org.msrnn.core;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.Msrnn;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.decoder.DecoderMsrnn;
import org.msrnn.core.model.LoadedModel;
import org.msrnn.core.model.ModelReader;
import org.msrnn.core.synthetic.ModelShape;
import org.msrnn.core.synthetic.RandomModel;
import org.msrnn.core.tokenizer.Tokenizer;

/** A model file on a backend: the machine and its vocabulary. */
public final class Model implements AutoCloseable {
  private final Msrnn msrnn;
  private final Supplier<Tokenizer> tokenizer;
  private final Optional<String> chatTemplate;

  private Model(Msrnn msrnn, Supplier<Tokenizer> tokenizer, Optional<String> chatTemplate) {
    this.msrnn = msrnn;
    this.tokenizer = tokenizer;
    this.chatTemplate = chatTemplate;
  }

  /**
   * Opens a model file.
   *
   * @param file a GGUF file or a Hugging Face folder
   * @param backend where it is to run; stays open when the model is closed
   * @param progress is told of bytes read
   * @throws org.msrnn.api.ModelFileException if the file is damaged
   * @throws UnsupportedModelException if the model is of a kind that msrnn lacks
   */
  public static Model open(Path file, Backend backend, Progress progress) {
    try (LoadedModel loaded = ModelReader.read(file, progress)) {
      Supplier<Tokenizer> tokenizer = tokenizer(loaded);
      return new Model(
          new DecoderMsrnn(loaded.model(), backend, Progress.NONE),
          tokenizer,
          loaded.chatTemplate());
    }
  }

  /**
   * A model with random weights, for measurements; it has no tokenizer.
   *
   * @param shape its sizes
   * @param type number format of its matrices, see {@link RandomModel}
   * @param backend where it is to run; stays open when the model is closed
   * @param progress is told of layers
   * @throws org.msrnn.api.InvalidOptionException if shape and type do not go together
   */
  public static Model random(
      ModelShape shape, TensorType type, Backend backend, Progress progress) {
    try (RandomModel random = new RandomModel(shape, type)) {
      return new Model(
          new DecoderMsrnn(random.model(), backend, progress),
          () -> {
            throw new UnsupportedModelException(
                "the model " + shape.name() + " of random weights has no tokenizer");
          },
          Optional.empty());
    }
  }

  /** A tokenizer that msrnn lacks is an error of those who need it: ids can be fed without one. */
  private static Supplier<Tokenizer> tokenizer(LoadedModel loaded) {
    try {
      Tokenizer tokenizer = loaded.tokenizer();
      return () -> tokenizer;
    } catch (UnsupportedModelException e) {
      return () -> {
        throw e;
      };
    }
  }

  /** The machine. */
  public Msrnn msrnn() {
    return msrnn;
  }

  /**
   * The vocabulary.
   *
   * @throws UnsupportedModelException if the file's tokenizer is of a kind that msrnn lacks
   */
  public Tokenizer tokenizer() {
    return tokenizer.get();
  }

  /**
   * The chat template that the file carries. A program that nobody checked: it is looked at to tell
   * which chat format the model was trained on, and never run.
   */
  public Optional<String> chatTemplate() {
    return chatTemplate;
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

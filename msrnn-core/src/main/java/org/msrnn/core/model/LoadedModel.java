package org.msrnn.core.model;

import java.util.Optional;
import org.msrnn.core.format.ModelFile;
import org.msrnn.core.tokenizer.Tokenizer;
import org.msrnn.core.tokenizer.Tokenizers;

/** A model in a file, checked, on its way to a backend. {@link #close} ends its tensors. */
public final class LoadedModel implements AutoCloseable {
  private final ModelFile file;
  private final DecoderModel model;

  LoadedModel(ModelFile file, DecoderModel model) {
    this.file = file;
    this.model = model;
  }

  /** The decoder. Its tensors are gone after {@link #close}. */
  public DecoderModel model() {
    return model;
  }

  /**
   * The tokenizer that the file describes, made anew by each call.
   *
   * @throws org.msrnn.api.UnsupportedModelException if msrnn lacks its kind; the model itself can
   *     still be run on token ids
   */
  public Tokenizer tokenizer() {
    return Tokenizers.from(file);
  }

  /** The chat template in the file, where there is one: text to look at, never run. */
  public Optional<String> chatTemplate() {
    return file.chatTemplate();
  }

  @Override
  public void close() {
    file.close();
  }
}

package org.msrnn.core.tokenizer;

import org.msrnn.api.UnsupportedModelException;
import org.msrnn.core.format.Metadata;
import org.msrnn.core.format.ModelFile;

/** The kinds of tokenizer that a model file can describe. */
public final class Tokenizers {
  private static final String MODEL = "tokenizer.ggml.model";

  private Tokenizers() {}

  /**
   * The tokenizer of a model file.
   *
   * @throws org.msrnn.api.ModelFileException if its description is damaged
   * @throws UnsupportedModelException if msrnn lacks its kind or its pre-tokenizer
   */
  public static Tokenizer from(ModelFile file) {
    Metadata metadata = file.metadata();
    return switch (metadata.string(MODEL)) {
      case "gpt2" -> new ByteLevelBpe(metadata);
      case "llama" -> new SentencePieceBpe(metadata);
      default ->
          throw new UnsupportedModelException(
              metadata.file()
                  + ": "
                  + MODEL
                  + " is "
                  + metadata.shown(MODEL)
                  + ", msrnn has gpt2 (byte-level BPE) and llama (SentencePiece BPE)");
    };
  }
}

package org.msrnn.core.tokenizer;

import java.nio.file.Path;
import java.util.Optional;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.core.format.Metadata;
import org.msrnn.core.format.ModelFile;

/** The kinds of tokenizer that a model file can describe. */
public final class Tokenizers {
  private Tokenizers() {}

  /**
   * The tokenizer of a model file: as its metadata describe it, and else its {@code
   * tokenizer.json}. In both cases the metadata say what BOS and EOS are, where they say it.
   *
   * @throws org.msrnn.api.ModelFileException if its description is damaged
   * @throws org.msrnn.api.UnsupportedModelException if msrnn lacks a part of it
   */
  public static Tokenizer from(ModelFile file) {
    Metadata metadata = file.metadata();
    Optional<Path> json = file.tokenizerJson();
    if (metadata.has(GgufTokenizer.MODEL)) {
      return GgufTokenizer.read(metadata);
    }
    if (json.isPresent()) {
      return JsonTokenizer.read(json.get(), metadata);
    }
    throw new UnsupportedModelException(
        file.path() + " comes without a tokenizer: it can be fed token ids alone");
  }
}

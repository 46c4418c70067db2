package org.msrnn.core.model;

import org.msrnn.api.ModelInfo;
import org.msrnn.core.format.ModelFile;

/** A decoder architecture: which metadata and tensors make it up. Stateless. */
public interface ModelFamily {
  /** The architecture in the file's own word, {@code general.architecture}. */
  String name();

  /**
   * Checks everything short of the weights: hyperparameters, and presence, shape and number format
   * of every tensor.
   *
   * @return the model in figures; its digest is empty: that takes a reading of the whole file
   * @throws org.msrnn.api.ModelFileException if the file contradicts itself
   * @throws org.msrnn.api.UnsupportedModelException if it asks for something msrnn lacks
   */
  ModelInfo check(ModelFile file);

  /**
   * The decoder, after the same checks.
   *
   * @param file a file that is being read, whose tensors the result has
   */
  DecoderModel read(ModelFile file);
}

package org.msrnn.core.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.core.Progress;
import org.msrnn.core.format.ModelFile;
import org.msrnn.core.tokenizer.Tokenizer;
import org.msrnn.core.tokenizer.Tokenizers;

/** From a model file to a decoder and its vocabulary. */
public final class ModelReader {
  private ModelReader() {}

  /**
   * Reads a model up to its weights, which are read when they are asked for. All else is checked.
   *
   * @param path a GGUF file or a Hugging Face folder, as {@link ModelFile#open} has it
   * @param progress is told of bytes read
   * @throws org.msrnn.api.ModelFileException if the file is missing or damaged
   * @throws UnsupportedModelException if the model is of a kind that msrnn lacks
   */
  public static LoadedModel read(Path path, Progress progress) {
    return read(ModelFile.open(path), progress);
  }

  /** The same with an open file, which belongs to the result. */
  static LoadedModel read(ModelFile file, Progress progress) {
    try {
      ModelFamily family = family(file);
      DecoderReader.check(file, family);
      file.startReading(progress);
      return new LoadedModel(file, DecoderReader.read(file, family));
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  /**
   * Describes a model file without reading its weights.
   *
   * @throws org.msrnn.api.ModelFileException if the file is missing or damaged
   */
  public static Inspection inspect(Path path) {
    return inspect(ModelFile.open(path));
  }

  /** The same with an open file, which is closed. */
  static Inspection inspect(ModelFile opened) {
    try (ModelFile file = opened) {
      var problems = new ArrayList<String>();
      @Nullable ModelInfo info = null;
      try {
        info = DecoderReader.check(file, family(file));
      } catch (MsrnnException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
      @Nullable Tokenizer tokenizer = null;
      try {
        tokenizer = Tokenizers.from(file);
      } catch (MsrnnException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
      return new Inspection(
          file.format(),
          file.fileBytes(),
          file.metadata().entries(),
          file.tensors(),
          Optional.ofNullable(info),
          Optional.ofNullable(tokenizer),
          file.chatTemplate(),
          List.copyOf(problems));
    }
  }

  private static ModelFamily family(ModelFile file) {
    String name = file.metadata().string("general.architecture");
    for (ModelFamily family : ModelFamily.ALL) {
      if (family.name().equals(name)) {
        return family;
      }
    }
    throw new UnsupportedModelException(
        file.path()
            + " holds a model of the architecture "
            + file.metadata().shown("general.architecture")
            + ", msrnn runs: "
            + ModelFamily.ALL.stream().map(ModelFamily::name).collect(Collectors.joining(", ")));
  }
}

package org.msrnn.eval.bundled;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.IoReason;
import org.msrnn.eval.io.TextFile;

/**
 * The model that is used without {@code -m}. All that depends on which one it is stands here: a
 * stronger one changes this class and its file alone.
 */
public final class BundledModel implements AutoCloseable {
  /** The file's name. */
  public static final String FILE_NAME = "bookworm-Q8_0.gguf";

  private static final String NAME = "bookworm";
  private static final String NOTE =
      "The bundled model "
          + NAME
          + " is a demonstration of 3.2 million parameters. It leans on the last few hundred tokens"
          + " and has no attention sink, so policies lie close together and not in the paper's"
          + " order; and it does not retrieve yet, so that an accuracy near 0 says nothing about a"
          + " policy.";

  private static final String RESOURCE = "/org/msrnn/eval/model/" + FILE_NAME;

  private final Path folder;

  private BundledModel(Path folder) {
    this.folder = folder;
  }

  /** What a reader of a model's results must know, if that model is this one. */
  public static Optional<String> note(String model) {
    return model.equals(NAME) ? Optional.of(NOTE) : Optional.empty();
  }

  /**
   * Puts the model into a temporary folder of its own, since a model is read from a file; {@link
   * #close} removes it.
   */
  public static BundledModel extract() {
    try {
      BundledModel model = new BundledModel(Files.createTempDirectory("msrnn-model-"));
      Files.write(model.file(), TextFile.resource(BundledModel.class, RESOURCE));
      return model;
    } catch (IOException e) {
      throw new MsrnnException(
          "cannot put the bundled model into the temporary folder: " + IoReason.of(e), e);
    }
  }

  /** Where it lies. */
  public Path file() {
    return folder.resolve(FILE_NAME);
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file());
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // A leftover in the temporary folder harms nothing.
    }
  }
}

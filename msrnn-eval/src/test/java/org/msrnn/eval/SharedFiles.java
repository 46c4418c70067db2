package org.msrnn.eval;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Reference models and results, which lie in the folder {@code shared} beside the repository. */
public final class SharedFiles {
  private static final Path FOLDER = folder();

  private SharedFiles() {}

  private static Path folder() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.isRegularFile(folder.resolve("shared/DESIGN.md"))) {
      folder = folder.getParent();
    }
    return folder == null ? Path.of("absent") : folder.resolve("shared");
  }

  /** A file or folder there. The test that asks is skipped where there is no such folder. */
  public static Path file(String name) {
    assumeTrue(Files.exists(FOLDER), "the reference results do not lie beside the repository");
    return FOLDER.resolve(name);
  }
}

package org.msrnn.core.format;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.msrnn.api.ModelFileException;

/** Opens files. */
@FunctionalInterface
interface Opener {
  /** Plain files of the file system. What is none, a pipe or a device, is refused unread. */
  Opener FILES =
      path -> {
        if (!Files.isRegularFile(path)) {
          throw new ModelFileException(
              path,
              -1,
              "file",
              Files.isDirectory(path)
                  ? "a directory"
                  : Files.exists(path) ? "no plain file" : "missing",
              "a plain file");
        }
        return Files.newByteChannel(path);
      };

  /** The file at its start. */
  SeekableByteChannel open(Path path) throws IOException;
}

package org.msrnn.core.format;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.msrnn.api.ModelFileException;

/** Opens files. */
@FunctionalInterface
interface Opener {
  /** Plain files of the file system. What is none, a pipe or a device, is refused unread. */
  Opener FILES =
      new Opener() {
        @Override
        public SeekableByteChannel open(Path path) throws IOException {
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
        }

        @Override
        public FileTime modified(Path path) throws IOException {
          return Files.getLastModifiedTime(path);
        }
      };

  /** The file at its start. */
  SeekableByteChannel open(Path path) throws IOException;

  /** When the file was last changed; always the same for what has no such time. */
  default FileTime modified(Path path) throws IOException {
    return FileTime.fromMillis(0);
  }
}

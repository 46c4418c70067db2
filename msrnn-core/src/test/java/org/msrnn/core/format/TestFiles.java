package org.msrnn.core.format;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Files for tests: in memory, and those that lie beside the repository. */
public final class TestFiles {
  /** The name that files in memory go by. */
  public static final Path IN_MEMORY = Path.of("in-memory.gguf");

  private TestFiles() {}

  /** Opens a GGUF file that is in memory. */
  public static GgufFile open(byte[] bytes) {
    return open(path -> new Bytes(bytes));
  }

  static GgufFile open(Opener opener) {
    return GgufFile.open(IN_MEMORY, opener);
  }

  /**
   * A file of the folder {@code shared} beside the repository. The test that asks is skipped where
   * there is no such folder.
   */
  public static Path shared(String name) {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null) {
      Path shared = folder.resolve("shared");
      if (Files.isRegularFile(shared.resolve("DESIGN.md"))) {
        return shared.resolve(name);
      }
      folder = folder.getParent();
    }
    assumeTrue(false, "the folder shared with reference models does not lie beside the repository");
    throw new AssertionError("not reached");
  }

  /** The tiny models of {@code shared/golden}: one of each family and kind of RoPE. */
  public static Stream<String> goldenModels() {
    return Stream.of(
        "gemma2",
        "gemma3",
        "granite",
        "llama",
        "llama-tied-mha",
        "llama-yarn",
        "llama3-rope",
        "mistral",
        "mistral-swa",
        "olmo2",
        "phi3",
        "qwen2",
        "qwen3",
        "smollm3");
  }

  /** An array as a channel. */
  static class Bytes implements SeekableByteChannel {
    private final ByteBuffer data;
    private boolean open = true;

    Bytes(byte[] bytes) {
      data = ByteBuffer.wrap(bytes);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      if (!open) {
        throw new ClosedChannelException();
      }
      if (!data.hasRemaining()) {
        return -1;
      }
      int count = Math.min(data.remaining(), target.remaining());
      target.put(data.slice(data.position(), count));
      data.position(data.position() + count);
      return count;
    }

    @Override
    public long size() {
      return data.capacity();
    }

    @Override
    public long position() {
      return data.position();
    }

    @Override
    public SeekableByteChannel position(long position) {
      data.position((int) position);
      return this;
    }

    @Override
    public int write(ByteBuffer source) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      open = false;
    }
  }
}

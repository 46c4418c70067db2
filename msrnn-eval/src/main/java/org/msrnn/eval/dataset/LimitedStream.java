package org.msrnn.eval.dataset;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.msrnn.api.MsrnnException;

/**
 * A stream that ends in an error where a file turns out to be larger than memory allows: a few
 * bytes of a zip file can become any number.
 */
final class LimitedStream extends FilterInputStream {
  private static final long MOST = 1L << 30;

  private final String name;
  private final long most;
  private long left;

  /**
   * A stream of at most so many bytes.
   *
   * @param name the file's name, for messages
   */
  LimitedStream(InputStream in, String name, long most) {
    super(in);
    this.name = name;
    this.most = most;
    this.left = most;
  }

  /** A stream of at most 1 GiB, and at most a quarter of the memory that there is. */
  static LimitedStream of(InputStream in, String name) {
    return new LimitedStream(in, name, Math.min(MOST, Runtime.getRuntime().maxMemory() / 4));
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    count(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int read = super.read(bytes, offset, length);
    count(read);
    return read;
  }

  private void count(int read) {
    left -= Math.max(0, read);
    if (left < 0) {
      throw new MsrnnException(
          name
              + " holds more than "
              + (most >> 20)
              + " MiB of text; use --limit, a smaller file or more memory");
    }
  }
}

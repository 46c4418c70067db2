package org.msrnn.eval.journal;

import java.nio.file.Path;
import org.msrnn.api.MsrnnException;

/** A journal is damaged, in use, or cannot be written. */
public final class JournalException extends MsrnnException {
  private static final long serialVersionUID = 1L;

  private final long offset;

  JournalException(String message, Throwable cause) {
    super(message, cause);
    this.offset = -1;
  }

  JournalException(String message) {
    super(message);
    this.offset = -1;
  }

  private JournalException(String message, long offset) {
    super(message);
    this.offset = offset;
  }

  static JournalException damaged(Path file, long offset, int bytes) {
    return new JournalException(
        file
            + ", byte "
            + offset
            + ": "
            + bytes
            + " bytes are not a record that was written here; with --repair they are moved aside"
            + " and what they held is computed again",
        offset);
  }

  /** Byte offset of the damage, or -1 where it has none. */
  public long offset() {
    return offset;
  }
}

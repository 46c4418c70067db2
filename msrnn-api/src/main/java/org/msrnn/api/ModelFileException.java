package org.msrnn.api;

import java.nio.file.Path;

/** A model file is damaged or not what it claims to be. Nothing was allocated on its word. */
public final class ModelFileException extends MsrnnException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String field;

  /**
   * A fault in a model file.
   *
   * @param file the file
   * @param offset byte offset of the fault, or -1 where it has none
   * @param field the field at fault, in the format's own words
   * @param found what stands there
   * @param allowed what may stand there
   */
  public ModelFileException(Path file, long offset, String field, String found, String allowed) {
    super(
        file
            + (offset < 0 ? "" : ", byte " + offset)
            + ": "
            + field
            + " is "
            + found
            + ", allowed is "
            + allowed);
    this.file = file.toString();
    this.offset = offset;
    this.field = field;
  }

  /** The file at fault. */
  public String file() {
    return file;
  }

  /** Byte offset of the fault, or -1. */
  public long offset() {
    return offset;
  }

  /** The field at fault, in the format's own words. */
  public String field() {
    return field;
  }
}

package org.msrnn.core.format;

/** The order in which a tensor's rows are wanted. */
@FunctionalInterface
public interface RowOrder {
  /** As they stand in the file. */
  RowOrder OF_FILE = row -> row;

  /** The row of the file that is to become this row. */
  long rowOfFile(long row);
}

package org.msrnn.eval.journal;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * One line: <code>{"crc32c":"0a1b2c3d","record":...}</code>. Still JSON for every other reader; the
 * sum covers the bytes of the record as they stand in the line, and every other byte is fixed, so
 * that any flipped bit shows.
 */
final class JournalLine {
  /** How every line begins; it can stand nowhere else, since JSON escapes quotes in texts. */
  static final String BEFORE_SUM = "{\"crc32c\":\"";

  private static final String AFTER_SUM = "\",\"record\":";
  private static final int RECORD_START = BEFORE_SUM.length() + 8 + AFTER_SUM.length();

  private JournalLine() {}

  /** The line of a record, newline included. */
  static byte[] write(String record) {
    if (record.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("a record with a line break");
    }
    byte[] body = record.getBytes(StandardCharsets.UTF_8);
    return (BEFORE_SUM + sum(body, 0, body.length) + AFTER_SUM + record + "}\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The record of a line, or nothing if any byte of it is not as it was written. */
  static Optional<String> read(byte[] bytes, int from, int to) {
    int recordEnd = to - 1;
    if (recordEnd < from + RECORD_START || bytes[recordEnd] != '}') {
      return Optional.empty();
    }
    int recordStart = from + RECORD_START;
    String head = new String(bytes, from, RECORD_START, StandardCharsets.ISO_8859_1);
    String sum = sum(bytes, recordStart, recordEnd - recordStart);
    if (!head.equals(BEFORE_SUM + sum + AFTER_SUM)) {
      return Optional.empty();
    }
    return Optional.of(
        new String(bytes, recordStart, recordEnd - recordStart, StandardCharsets.UTF_8));
  }

  private static String sum(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return String.format(java.util.Locale.ROOT, "%08x", crc.getValue());
  }
}

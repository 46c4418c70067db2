package org.msrnn.eval.journal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a journal's bytes hold.
 *
 * @param records the good records, in order
 * @param damage bad stretches that an interrupted append cannot explain
 * @param goodBytes where an interrupted last append begins, or the length where there is none
 */
record JournalScan(List<String> records, List<Damage> damage, int goodBytes) {
  static final JournalScan EMPTY = new JournalScan(List.of(), List.of(), 0);
  private static final byte[] LINE_START =
      JournalLine.BEFORE_SUM.getBytes(StandardCharsets.US_ASCII);

  /** A bad stretch. */
  record Damage(int offset, int length) {}

  static JournalScan of(byte[] bytes) {
    List<String> records = new ArrayList<>();
    List<Damage> damage = new ArrayList<>();
    int good = 0; // end of the last good line
    int lastStart = 0;
    for (int start = 0; start < bytes.length; ) {
      int newline = indexOfNewline(bytes, start);
      Optional<String> record =
          newline < bytes.length ? JournalLine.read(bytes, start, newline) : Optional.empty();
      lastStart = start;
      if (record.isPresent()) {
        if (start > good) {
          damage.add(new Damage(good, start - good));
        }
        records.add(record.get());
        good = newline + 1;
        start = good;
      } else {
        start = nextStart(bytes, start, newline);
      }
    }
    if (good < bytes.length && lastStart > good) {
      // Appends are forced one by one, so no more than one line can be torn.
      damage.add(new Damage(good, lastStart - good));
      good = lastStart;
    }
    return new JournalScan(List.copyOf(records), List.copyOf(damage), good);
  }

  private static int indexOfNewline(byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length && bytes[at] != '\n') {
      at++;
    }
    return at;
  }

  /** Where the next line begins, also where the line break before it is what was damaged. */
  private static int nextStart(byte[] bytes, int start, int newline) {
    for (int at = start + 1; at + LINE_START.length <= newline; at++) {
      int length = 0;
      while (length < LINE_START.length && bytes[at + length] == LINE_START[length]) {
        length++;
      }
      if (length == LINE_START.length) {
        return at;
      }
    }
    return newline + 1;
  }
}

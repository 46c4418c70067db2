package org.msrnn.eval.judge;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** The header {@code Retry-After} (RFC 9110, section 10.2.3): seconds, or a date. */
final class RetryAfter {
  /** More digits than any wait that is honoured; they need not be read as a number. */
  private static final int MOST_DIGITS = 9;

  private RetryAfter() {}

  /** How long to wait; nothing where the header says nothing that can be understood. */
  static Optional<Duration> parse(String header, Instant now) {
    String text = header.strip();
    if (text.matches("[0-9]+")) {
      return Optional.of(
          Duration.ofSeconds(
              text.length() > MOST_DIGITS ? Integer.MAX_VALUE : Long.parseLong(text)));
    }
    try {
      Instant date = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
      return Optional.of(date.isAfter(now) ? Duration.between(now, date) : Duration.ZERO);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}

package org.msrnn.eval.judge;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.eval.io.IoReason;

/**
 * A key that goes into one header of one request and nowhere else. It prints as stars.
 *
 * <p>It is checked here, before the JDK sees it: Java's own complaint about a header with a line
 * break quotes the whole header. No sentence of ours holds a key, nor what was given in place of
 * the name of a variable or file, since that is where people paste keys by mistake.
 */
public final class Secret {
  private static final String STARS = "***";
  private static final int LEAST = 8;
  private static final int MOST = 512;
  private static final int LONGEST_FILE = 4096;

  private final String value;

  private Secret(String value) {
    this.value = value;
  }

  /**
   * A key from an environment variable.
   *
   * @param option the option that named it, for messages
   * @param variable its name
   * @param environment the environment, such as {@link System#getenv(String)}
   * @throws InvalidOptionException if there is no such variable, or it holds no key
   */
  public static Secret ofVariable(
      String option, String variable, Function<String, @Nullable String> environment) {
    String text = environment.apply(variable);
    if (text == null) {
      throw new InvalidOptionException(
          option,
          option
              + " takes the name of an environment variable that holds the key, and there is none"
              + " of the name given");
    }
    return checked(option, text);
  }

  /**
   * A key from a file.
   *
   * @param option the option that named it, for messages
   * @throws InvalidOptionException if it cannot be read, or holds no key
   */
  public static Secret ofFile(String option, Path file) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(LONGEST_FILE + 1);
    } catch (IOException e) {
      String reason = Files.isDirectory(file) ? "it is a folder" : reason(e);
      throw new InvalidOptionException(
          option, "the file that " + option + " names cannot be read: " + reason);
    }
    if (bytes.length > LONGEST_FILE) {
      throw new InvalidOptionException(
          option,
          "the file that "
              + option
              + " names holds more than "
              + LONGEST_FILE
              + " bytes; it should hold a key and nothing else");
    }
    return checked(option, new String(bytes, StandardCharsets.UTF_8));
  }

  /** Reasons in our own words alone: Java's may name the file, which may be a key. */
  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> IoReason.of(e);
      case AccessDeniedException _ -> IoReason.of(e);
      default -> "reading failed";
    };
  }

  private static Secret checked(String option, String text) {
    String key = text.strip();
    String wrong = null;
    if (key.isEmpty()) {
      wrong = "is empty";
    } else if (!key.chars().allMatch(c -> c >= '!' && c <= '~')) {
      wrong = "holds a space, a line break or a character that is not ASCII";
    } else if (key.length() < LEAST) {
      wrong = "is too short";
    } else if (key.length() > MOST) {
      wrong = "is too long";
    }
    if (wrong != null) {
      throw new InvalidOptionException(
          option,
          "the key that "
              + option
              + " names "
              + wrong
              + "; allowed are "
              + LEAST
              + " to "
              + MOST
              + " printable ASCII characters without a space");
    }
    return new Secret(key);
  }

  /** The value of the header {@code Authorization}. */
  String authorization() {
    return "Bearer " + value;
  }

  /** A text from outside with stars where it repeats the key. */
  String withoutKey(String text) {
    return text.replace(value, STARS);
  }

  /** Stars. */
  @Override
  public String toString() {
    return STARS;
  }
}

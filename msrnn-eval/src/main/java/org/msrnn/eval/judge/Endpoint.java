package org.msrnn.eval.judge;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import org.msrnn.api.InvalidOptionException;

/**
 * Where an OpenAI-compatible server takes chat completions.
 *
 * @param base the address that the user gave, without a slash at its end; results name it
 */
public record Endpoint(URI base) {
  private static final String OPERATION = "/chat/completions";
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  /**
   * Reads an address. What was given is not repeated in messages: it may hold a password.
   *
   * @param option the option that it was given with, for messages
   * @param text such as {@code http://localhost:8080/v1}
   * @throws InvalidOptionException if it is not an http or https address, or has more parts than
   *     host, port and path
   */
  public static Endpoint parse(String option, String text) {
    String stripped = text.strip().replaceAll("/+$", "");
    if (stripped.endsWith(OPERATION)) {
      stripped = stripped.substring(0, stripped.length() - OPERATION.length());
    }
    URI uri;
    try {
      uri = new URI(stripped);
    } catch (URISyntaxException e) {
      throw wrong(option, "is not an address");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw wrong(option, "does not begin with http:// or https://");
    }
    if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw wrong(option, "has a user, a question mark or a #");
    }
    if (uri.getHost() == null || uri.getPort() > 0xffff || uri.getPort() == 0) {
      throw wrong(option, "names no host, or a port that there is not");
    }
    return new Endpoint(uri);
  }

  private static InvalidOptionException wrong(String option, String what) {
    return new InvalidOptionException(
        option,
        option
            + " "
            + what
            + "; allowed is http or https, a host, a port and a path, such as"
            + " http://localhost:8080/v1");
  }

  /** The address that requests go to. */
  URI chatCompletions() {
    return URI.create(base + OPERATION);
  }

  /** Host and port, for messages. */
  String host() {
    return base.getAuthority();
  }

  /** Whether a key would travel to another computer without encryption. */
  public boolean readableOnTheWay() {
    return "http".equalsIgnoreCase(base.getScheme()) && !LOOPBACK.contains(base.getHost());
  }
}

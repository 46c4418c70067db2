package org.msrnn.eval.judge;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.msrnn.eval.judge.JudgeServer.Reply;

/** Every way in which a judge has been seen to misbehave. */
public final class BadJudges {
  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

  /** Those that are waited for in real time. */
  private static final Set<String> HANGING =
      Set.of("hangs at connect", "never answers", "hangs in the body", "one byte at a time");

  private BadJudges() {}

  /** The limits of the program, with half a second in place of minutes for those that hang. */
  static JudgeLimits limits(String name) {
    JudgeLimits s = JudgeLimits.STANDARD;
    Duration brief = Duration.ofMillis(500);
    return HANGING.contains(name)
        ? new JudgeLimits(
            brief,
            brief,
            s.total(),
            s.retries(),
            s.leastWait(),
            s.mostWait(),
            s.longestAsked(),
            s.bodyBytes())
        : s;
  }

  /** By name; each call of a supplier starts a new server. */
  public static Map<String, Supplier<JudgeServer>> all() {
    Map<String, Supplier<JudgeServer>> all = new LinkedHashMap<>();
    all.put("refuses", BadJudges::refusing);
    all.put("hangs at connect", Full::new);
    all.put("resets", () -> JudgeServer.raw((socket, _) -> socket.setSoLinger(true, 0)));
    all.put("closes without a word", () -> JudgeServer.raw((_, _) -> {}));
    all.put("never answers", () -> JudgeServer.raw((_, _) -> silence()));
    all.put("hangs in the body", () -> JudgeServer.raw((_, out) -> hang(out)));
    all.put("one byte at a time", () -> JudgeServer.raw((_, out) -> trickle(out)));
    all.put("200 without HTTP", () -> JudgeServer.raw((_, out) -> say(out, "200 fine\n\n")));
    all.put("10 GB body", () -> JudgeServer.raw((_, out) -> flood(out, true)));
    all.put("endless chunks", () -> JudgeServer.raw((_, out) -> flood(out, false)));
    all.put("200 with HTML", () -> always(Reply.of(200, "<html><body>(A)</body></html>")));
    all.put("200 empty", () -> always(Reply.of(200, "")));
    all.put("204", () -> always(Reply.of(204, "")));
    all.put(
        "cut JSON", () -> always(Reply.of(200, "{\"choices\":[{\"message\":{\"content\":\"(A)")));
    all.put("JSON of another kind", () -> always(Reply.of(200, "{\"text\":\"(A)\"}")));
    all.put("JSON array", () -> always(Reply.of(200, "[\"(A)\"]")));
    all.put("content is a number", () -> always(Reply.of(200, content("1"))));
    all.put("content is a list", () -> always(Reply.of(200, content("[\"(A)\"]"))));
    all.put("no choice", () -> always(Reply.of(200, "{\"choices\":[]}")));
    all.put("deep JSON", () -> always(Reply.of(200, "[".repeat(100_000))));
    all.put("verdict A or B", () -> always(Reply.saying("A or B")));
    all.put("verdict (A) or (B)", () -> always(Reply.saying("(A) or (B)")));
    all.put("silence", () -> always(Reply.of(200, content("null"))));
    all.put("400", () -> always(Reply.of(400, "")));
    all.put("401", () -> always(Reply.of(401, "")));
    all.put("403", () -> always(Reply.of(403, "")));
    all.put("404", () -> always(Reply.of(404, "")));
    all.put("429 at once", () -> always(Reply.busy(429, "0")));
    all.put("429 in 5 s", () -> always(Reply.busy(429, "5")));
    all.put("429 in 30 years", () -> always(Reply.busy(429, "1000000000")));
    all.put("429 after 10^30 s", () -> always(Reply.busy(429, "1" + "0".repeat(30))));
    all.put("429 at a date", () -> always(Reply.busy(429, "Sun, 1 Mar 2026 12:00:07 GMT")));
    all.put("429 some day", () -> always(Reply.busy(429, "soon")));
    all.put("500 for ever", () -> always(Reply.of(500, "")));
    all.put("redirect to itself", () -> always(redirect("/v1/chat/completions")));
    all.put("TLS with a wrong name", BadJudges::wrongName);
    all.put("repeats the header as its answer", () -> JudgeServer.http((_, r) -> echo(200, r)));
    all.put("repeats the header with 400", () -> JudgeServer.http((_, r) -> echo(400, r)));
    all.put("repeats the header with 401", () -> JudgeServer.http((_, r) -> echo(401, r)));
    all.put("repeats the header with 500", () -> JudgeServer.http((_, r) -> echo(500, r)));
    return all;
  }

  public static JudgeServer.Http always(Reply reply) {
    return JudgeServer.http((_, _) -> reply);
  }

  static Reply redirect(String location) {
    return new Reply(307, Map.of("Location", location), "");
  }

  private static String content(String json) {
    return "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":" + json + "}}]}";
  }

  /** The key in every place of an answer, also written so that only a JSON reader sees it. */
  private static Reply echo(int status, JudgeServer.Request request) {
    String given = request.authorization();
    String escaped = String.format("\\u%04x", (int) given.charAt(0)) + given.substring(1);
    String key = given.substring("Bearer ".length());
    String escapedKey = String.format("\\u%04x", (int) key.charAt(0)) + key.substring(1);
    return new Reply(
        status,
        Map.of("X-Request", given, "Retry-After", key),
        "{\"error\":{\"message\":\"Incorrect API key provided: "
            + given
            + "\"},\"choices\":[{\"message\":{\"content\":\""
            + escaped
            + "\"},\"logprobs\":{\"content\":[{\"top_logprobs\":[{\"token\":\""
            + escapedKey
            + "\",\"logprob\":-1}]}]}}],\"usage\":{\"prompt_tokens\":\""
            + key
            + "\"}}");
  }

  private static JudgeServer refusing() {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return new JudgeServer() {
      @Override
      public String url() {
        return "http://localhost:" + port;
      }

      @Override
      public int requests() {
        return 0;
      }

      @Override
      public void close() {}
    };
  }

  /** A port whose queue is full, so that the system answers no further connection. */
  private static final class Full implements JudgeServer {
    private final ServerSocket server;
    private final List<Socket> queue = new ArrayList<>();

    Full() {
      try {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        for (int i = 0; i < 8; i++) {
          Socket socket = new Socket();
          queue.add(socket);
          try {
            socket.connect(server.getLocalSocketAddress(), 50);
          } catch (IOException e) {
            break; // it is full
          }
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public String url() {
      return "http://127.0.0.1:" + server.getLocalPort();
    }

    @Override
    public int requests() {
      return 0;
    }

    @Override
    public void close() {
      try {
        for (Socket socket : queue) {
          socket.close();
        }
        server.close();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static void say(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static void hang(OutputStream out) throws IOException, InterruptedException {
    say(out, HEAD + "Content-Length: 1000\r\n\r\n{");
    silence();
  }

  /** Longer than any limit of the tests; closing the server ends it. */
  private static void silence() throws InterruptedException {
    Thread.sleep(60_000);
  }

  private static void trickle(OutputStream out) throws IOException, InterruptedException {
    String answer = HEAD + "Content-Length: 100000\r\n\r\n" + "x".repeat(100_000);
    say(out, answer.substring(0, answer.indexOf('x')));
    for (char c : "x".repeat(1000).toCharArray()) {
      out.write(c);
      Thread.sleep(20); // each byte comes in time, and the whole never
    }
  }

  private static void flood(OutputStream out, boolean sized) throws IOException {
    long left = 10_000_000_000L;
    say(
        out,
        HEAD + (sized ? "Content-Length: " + left : "Transfer-Encoding: chunked") + "\r\n\r\n");
    byte[] part = new byte[1 << 16];
    Arrays.fill(part, (byte) ' ');
    while (left > 0) {
      if (!sized) {
        say(out, "10000\r\n");
      }
      out.write(part, 0, part.length);
      if (!sized) {
        say(out, "\r\n");
      }
      left -= part.length;
    }
  }

  /** A server whose certificate is for another name than localhost, but trusted. */
  private static JudgeServer wrongName() {
    try {
      HttpsServer server =
          HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setHttpsConfigurator(new HttpsConfigurator(WrongName.context()));
      SSLContext before = SSLContext.getDefault();
      SSLContext.setDefault(WrongName.context());
      JudgeServer.Http http = new JudgeServer.Http(server, "https", (_, _) -> Reply.saying("(A)"));
      return new JudgeServer() {
        @Override
        public String url() {
          return http.url();
        }

        @Override
        public int requests() {
          return http.requests();
        }

        @Override
        public void close() {
          http.close();
          SSLContext.setDefault(before);
        }
      };
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}

package org.msrnn.eval.judge;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.msrnn.eval.io.Json;

/** A judge that does as a test says, behind HTTP or, where that must be broken, behind a socket. */
public interface JudgeServer extends AutoCloseable {
  /** What {@code --url} takes. */
  String url();

  /** Requests, or connections, that it has seen. */
  int requests();

  @Override
  void close();

  /** What a server says. */
  record Reply(int status, Map<String, String> headers, String body) {
    public static Reply of(int status, String body) {
      return new Reply(status, Map.of(), body);
    }

    public static Reply busy(int status, String retryAfter) {
      return new Reply(status, Map.of("Retry-After", retryAfter), "");
    }

    /** A chat completion. */
    public static Reply saying(String text) {
      return of(
          200,
          Json.line(
              Map.of(
                  "choices",
                  List.of(Map.of("message", Map.of("role", "assistant", "content", text))),
                  "usage",
                  Map.of("prompt_tokens", 17, "completion_tokens", 3))));
    }
  }

  /** What a server answers. */
  interface Script {
    /** Given how many requests came before, and what is asked. */
    Reply reply(int before, Request request);
  }

  /** A request as it came. */
  record Request(String path, String authorization, Map<?, ?> json) {
    /** The text of its last message. */
    String question() {
      List<?> messages = (List<?>) Objects.requireNonNull(json.get("messages"));
      return (String) Objects.requireNonNull(((Map<?, ?>) messages.getLast()).get("content"));
    }
  }

  /** A server of well-formed HTTP. */
  static Http http(Script script) {
    try {
      return new Http(
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0),
          "http",
          script);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A server that does anything once it is asked. */
  static Raw raw(Raw.Connection connection) {
    return new Raw(connection);
  }

  /** Over jdk.httpserver. */
  final class Http implements JudgeServer {
    private final HttpServer server;
    private final String scheme;
    private final Script script;
    private final List<Request> seen = new CopyOnWriteArrayList<>();

    Http(HttpServer server, String scheme, Script script) {
      this.server = server;
      this.scheme = scheme;
      this.script = script;
      server.createContext("/", this::handle);
      server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
      try (exchange) {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String text = new String(body, StandardCharsets.UTF_8);
        Request request =
            new Request(
                exchange.getRequestURI().getPath(),
                String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                Json.read(text, Map.class));
        int before = seen.size();
        seen.add(request);
        Reply reply = script.reply(before, request);
        reply.headers().forEach(exchange.getResponseHeaders()::add);
        byte[] answer = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(reply.status(), answer.length == 0 ? -1 : answer.length);
        if (answer.length > 0) {
          exchange.getResponseBody().write(answer);
        }
      }
    }

    public List<Request> seen() {
      return seen;
    }

    @Override
    public String url() {
      return scheme + "://localhost:" + server.getAddress().getPort() + "/v1";
    }

    @Override
    public int requests() {
      return seen.size();
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  /** Over a socket. */
  final class Raw implements JudgeServer {
    /** Does as it likes with a connection. */
    interface Connection {
      void serve(Socket socket, OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket server;
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /** Bytes written that the other side did not refuse. */
    final AtomicLong written = new AtomicLong();

    Raw(Connection connection) {
      try {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (true) {
                      try {
                        Socket socket = server.accept();
                        accepted.incrementAndGet();
                        sockets.add(socket);
                        threads.add(Thread.ofVirtual().start(() -> serve(connection, socket)));
                      } catch (IOException e) {
                        return;
                      }
                    }
                  }));
    }

    private void serve(Connection connection, Socket socket) {
      try (socket) {
        // One that goes before it is asked is met by the JDK itself: it connects once more.
        if (socket.getInputStream().read() < 0) {
          return;
        }
        connection.serve(
            socket,
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
              }

              @Override
              public void write(byte[] bytes, int from, int length) throws IOException {
                socket.getOutputStream().write(bytes, from, length);
                written.addAndGet(length);
              }
            });
      } catch (IOException | InterruptedException e) {
        // The client has gone, which is what it should do.
      }
    }

    @Override
    public String url() {
      return "http://localhost:" + server.getLocalPort() + "/v1";
    }

    @Override
    public int requests() {
      return accepted.get();
    }

    @Override
    public void close() {
      try {
        server.close();
        for (Socket socket : sockets) {
          socket.close();
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      threads.forEach(Thread::interrupt);
    }
  }
}

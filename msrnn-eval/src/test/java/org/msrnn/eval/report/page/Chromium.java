package org.msrnn.eval.report.page;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.io.Json;

/**
 * A page in a headless Chromium, through its DevTools protocol: what it logs and asks for is noted,
 * and it can be clicked, asked and photographed.
 */
final class Chromium {
  /** Generous: a machine under load still answers in time. */
  private static final long SECONDS = 120;

  private final Process process;
  private final Path profile;
  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<Map<String, Object>>> answers =
      new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> loaded = new CompletableFuture<>();
  private @Nullable WebSocket socket;

  private Chromium(Process process, Path profile) {
    this.process = process;
    this.profile = profile;
  }

  /** Where it is installed. */
  static Optional<Path> installed() {
    return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Opens a file and waits until it has loaded and its scripts have run. */
  static Chromium open(Path page) throws Exception {
    Path profile = Files.createTempDirectory("msrnn-chromium-");
    List<String> command =
        List.of(
            installed().orElseThrow().toString(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--no-first-run",
            "--user-data-dir=" + profile,
            "--remote-debugging-port=0",
            "about:blank");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("chromium.log").toFile())
            .start();
    var browser = new Chromium(process, profile);
    try {
      browser.connect();
      browser.call("Page.enable");
      browser.call("Runtime.enable");
      browser.call("Log.enable");
      browser.call("Network.enable");
      browser.size(1360, 900);
      browser.call("Page.navigate", Map.of("url", page.toUri().toString()));
      browser.loaded.get(SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      browser.close();
      throw e;
    }
    return browser;
  }

  /** The browser writes its port into its profile. */
  private void connect() throws Exception {
    Path port = profile.resolve("DevToolsActivePort");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!Files.exists(port) || Files.readAllLines(port).size() < 2) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IOException(
            "Chromium did not start: " + Files.readString(profile.resolve("chromium.log")));
      }
      Thread.sleep(20); // nobody tells when the file is there
    }
    String address = "http://127.0.0.1:" + Files.readAllLines(port).getFirst() + "/json/list";
    String list =
        http.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString())
            .body();
    String target =
        Stream.of(Json.read(list, Map[].class))
            .filter(t -> "page".equals(t.get("type")))
            .map(t -> (String) t.get("webSocketDebuggerUrl"))
            .findFirst()
            .orElseThrow();
    socket = http.newWebSocketBuilder().buildAsync(URI.create(target), new Listener()).get();
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        take(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  @SuppressWarnings("unchecked")
  private void take(String message) {
    Map<String, Object> json = Json.read(message, Map.class);
    if (json.get("id") instanceof Integer id) {
      Objects.requireNonNull(answers.remove(id)).complete(json);
      return;
    }
    Map<String, Object> event = (Map<String, Object>) json.getOrDefault("params", Map.of());
    switch ((String) json.getOrDefault("method", "")) {
      case "Page.loadEventFired" -> loaded.complete(null);
      case "Runtime.exceptionThrown", "Log.entryAdded" -> complaints.add(message);
      case "Runtime.consoleAPICalled" -> {
        if (List.of("error", "warning", "assert").contains(event.get("type"))) {
          complaints.add(message);
        }
      }
      case "Network.requestWillBeSent" ->
          requests.add((String) part(event, "request").getOrDefault("url", "none"));
      default -> {
        // of no interest
      }
    }
  }

  private Map<String, Object> call(String method) throws Exception {
    return call(method, Map.of());
  }

  private Map<String, Object> call(String method, Map<String, Object> params) throws Exception {
    int id = ids.incrementAndGet();
    var answer = new CompletableFuture<Map<String, Object>>();
    answers.put(id, answer);
    Objects.requireNonNull(socket)
        .sendText(Json.line(Map.of("id", id, "method", method, "params", params)), true)
        .get(SECONDS, TimeUnit.SECONDS);
    Map<String, Object> json = answer.get(SECONDS, TimeUnit.SECONDS);
    if (json.containsKey("error")) {
      throw new IOException(method + ": " + json.get("error"));
    }
    return part(json, "result");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> part(Map<String, Object> json, String name) {
    return (Map<String, Object>) json.getOrDefault(name, Map.of());
  }

  /** The value of an expression, which may be a promise. */
  @Nullable Object ask(String expression) throws Exception {
    Map<String, Object> result =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (result.containsKey("exceptionDetails")) {
      throw new IOException(expression + ": " + result.get("exceptionDetails"));
    }
    return part(result, "result").get("value");
  }

  /** Presses a key on what has the focus. */
  void press(String key, int code) throws Exception {
    for (String type : List.of("keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code));
    }
  }

  void size(int width, int height) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    settle();
  }

  /** Media type, {@code screen} or {@code print}, and preferred colours. */
  void media(String type, String scheme) throws Exception {
    call(
        "Emulation.setEmulatedMedia",
        Map.of(
            "media",
            type,
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    settle();
  }

  /** Waits until two frames have been painted: what was asked for is on the screen. */
  void settle() throws Exception {
    ask("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))");
  }

  /** The whole page as a PNG. */
  void photograph(Path file) throws Exception {
    settle();
    Map<String, Object> page = part(call("Page.getLayoutMetrics"), "cssContentSize");
    Map<String, Object> clip = new HashMap<>(page);
    clip.put("scale", 1);
    write(
        file,
        call(
            "Page.captureScreenshot",
            Map.of("format", "png", "captureBeyondViewport", true, "clip", clip)));
  }

  /** The page as it is printed. */
  void print(Path file) throws Exception {
    call("Emulation.setEmulatedMedia", Map.of("media", ""));
    write(file, call("Page.printToPDF", Map.of("preferCSSPageSize", true)));
  }

  private static void write(Path file, Map<String, Object> answer) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode((String) answer.getOrDefault("data", "")));
  }

  /** Errors and warnings so far. */
  List<String> complaints() {
    return new ArrayList<>(complaints);
  }

  /** Addresses asked for so far, without what stands in the page itself. */
  List<String> requests() {
    return requests.stream().filter(url -> !url.startsWith("data:")).toList();
  }

  void close() throws Exception {
    if (socket != null) {
      socket.abort();
    }
    http.shutdownNow();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
    try (Stream<Path> files = Files.walk(profile)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | java.io.UncheckedIOException e) {
      // A leftover in the temporary folder harms nothing.
    }
  }
}

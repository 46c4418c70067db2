package org.msrnn.eval.journal;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.msrnn.api.MsrnnException;

/** Opens or fills a journal in a process of its own. */
final class OtherProcess {
  private OtherProcess() {}

  /** {@code opened}, or the message of the failure. */
  static String opens(Path journal) throws IOException, InterruptedException {
    Process process = start("open", journal);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("the other process did not end");
    }
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  /** Appends records until it is killed, and prints the number of each once it is acknowledged. */
  static Process appends(Path journal) throws IOException {
    return start("append", journal);
  }

  private static Process start(String what, Path journal) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Xshare:auto");
    command.add("-cp");
    command.add(classPath());
    command.add(OtherProcess.class.getName());
    command.add(what);
    command.add(journal.toString());
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** The classes that a journal needs, wherever this test run has them. */
  private static String classPath() {
    return Stream.of(OtherProcess.class, Journal.class, MsrnnException.class)
        .map(OtherProcess::root)
        .distinct()
        .collect(Collectors.joining(System.getProperty("path.separator")));
  }

  private static String root(Class<?> type) {
    try {
      String name = type.getName().replace('.', '/') + ".class";
      String url = String.valueOf(type.getResource("/" + name));
      String root = url.substring(0, url.length() - name.length());
      return Path.of(URI.create(root.replaceAll("^jar:|!/$", ""))).toString();
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("no folder or jar holds " + type, e);
    }
  }

  public static void main(String[] args) throws InterruptedException {
    Path file = Path.of(args[1]);
    try (Journal journal = Journal.open(file)) {
      if (args[0].equals("open")) {
        System.out.println("opened");
        return;
      }
      for (int i = journal.records().size(); ; i++) {
        journal.append("{\"n\":" + i + ",\"fill\":\"" + "y".repeat(i * 37 % 400) + "\"}");
        System.out.println(i);
      }
    } catch (JournalException e) {
      System.out.println(e.getMessage());
    }
  }
}

package org.msrnn.backend.opencl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A child process that does what may crash or hang, and tells each step before it takes it. Of its
 * output, lines that begin with {@code @} are meant for us: {@code @step WHAT}, {@code @lack WHY},
 * {@code @answer FIELDS}, {@code @end}. Drivers print what they like between them.
 *
 * @param environment variables of the child, beside those of this process
 * @param limit the longest time that one step may take
 */
record ProbeRun(Map<String, String> environment, Duration limit) {
  private static final int MOST_STEPS = 30; // time limits that all steps together may take
  private static final int LONGEST_LINE = 8192;
  private static final int MOST_ANSWERS = 1000;
  // a driver may have printed something on the same line
  private static final Pattern MARK = Pattern.compile("@(step |lack |answer |end$)");
  private static final Pattern SIGNAL = Pattern.compile("#\\s+(SIG[A-Z]+) \\(0x([0-9a-f]+)\\).*");
  private static final Map<Integer, String> SIGNALS =
      Map.of(4, "SIGILL", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 9, "SIGKILL", 11, "SIGSEGV");

  /**
   * What came of it.
   *
   * @param answers lines of the child, without their mark
   * @param lack why there are none, or why they are bad news; empty if all is well
   * @param broken whether the child did not live to say so itself
   */
  record Outcome(List<String> answers, String lack, boolean broken) {}

  /** Runs a command to its end or to the time limit, whichever comes first. */
  Outcome run(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    // options of the program that asks, such as a debugger's port, are not the child's
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("JDK_JAVA_OPTIONS");
    builder.redirectErrorStream(true);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return new Outcome(List.of(), "the probe cannot be started: " + e.getMessage(), true);
    }
    Listener listener = new Listener(process.getInputStream());
    Thread thread = Thread.ofPlatform().daemon().name("opencl-probe").start(listener);
    try {
      boolean late = waitFor(process, listener);
      if (!late) {
        thread.join(1000); // all that was printed; a child of the child may hold the pipe for ever
      }
      process.destroyForcibly(); // which also closes the pipe
      process.waitFor();
      return listener.outcome(process, late ? limit : null);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return new Outcome(List.of(), "the probe was interrupted", true);
    }
  }

  /** Whether the process had to be given up. */
  private boolean waitFor(Process process, Listener listener) throws InterruptedException {
    long start = System.nanoTime();
    while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
      long now = System.nanoTime();
      if (listener.ended()) {
        // all is said; what it does at its exit is not our matter
        process.waitFor(1, TimeUnit.SECONDS);
        return false;
      }
      if (now - listener.lastStep() > limit.toNanos()
          || now - start > MOST_STEPS * limit.toNanos()) {
        return true;
      }
    }
    return false;
  }

  /** Reads all that the child prints, and keeps little of it. */
  private static final class Listener implements Runnable {
    private final InputStream from;
    private final List<String> answers = new ArrayList<>();
    private String step = "starting Java";
    private String lack = "";
    private String other = "";
    private String signal = "";
    private long lastStep = System.nanoTime();
    private boolean ended;

    Listener(InputStream from) {
      this.from = from;
    }

    synchronized long lastStep() {
      return lastStep;
    }

    synchronized boolean ended() {
      return ended;
    }

    @Override
    public void run() {
      byte[] line = new byte[LONGEST_LINE];
      byte[] read = new byte[1 << 16];
      int length = 0;
      try (from) {
        for (int count = from.read(read); count >= 0; count = from.read(read)) {
          for (int i = 0; i < count; i++) {
            if (read[i] == '\n') {
              take(new String(line, 0, length, StandardCharsets.UTF_8).strip());
              length = 0;
            } else if (length < line.length) {
              line[length++] = read[i];
            }
          }
        }
        take(new String(line, 0, length, StandardCharsets.UTF_8).strip());
      } catch (IOException e) {
        // the process was killed: what it said before counts
      }
    }

    private synchronized void take(String printed) {
      Matcher mark = MARK.matcher(printed);
      String line = mark.find() ? printed.substring(mark.start()) : printed;
      Matcher crash = SIGNAL.matcher(line);
      if (line.startsWith("@step ")) {
        step = line.substring(6);
        lastStep = System.nanoTime();
      } else if (line.startsWith("@lack ")) {
        lack = line.substring(6);
      } else if (line.startsWith("@answer ") && answers.size() < MOST_ANSWERS) {
        answers.add(line.substring(8));
      } else if (line.equals("@end")) {
        ended = true;
      } else if (crash.matches()) {
        signal = "signal " + Integer.parseInt(crash.group(2), 16) + " (" + crash.group(1) + ")";
      } else if (!line.isEmpty()) {
        other = line.length() > 100 ? line.substring(0, 100) + " ..." : line;
      }
    }

    synchronized Outcome outcome(Process process, @Nullable Duration late) {
      if (ended) {
        return new Outcome(List.copyOf(answers), lack, false);
      }
      String where = " while " + step;
      String why;
      if (late != null) {
        why = "the driver hung" + where + ": the probe was ended after " + seconds(late);
      } else if (!signal.isEmpty() || process.exitValue() > 128) {
        why = "the driver crashed with " + signal(process.exitValue()) + where + report(process);
      } else {
        String said = other.isEmpty() ? "nothing" : "'" + other + "'";
        why =
            "the probe ended with exit code "
                + process.exitValue()
                + where
                + " and no verdict; the last it said was "
                + said;
      }
      return new Outcome(List.of(), why, true);
    }

    private static String seconds(Duration time) {
      return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    private String signal(int exit) {
      int number = exit - 128;
      return signal.isEmpty()
          ? "signal " + number + " (" + SIGNALS.getOrDefault(number, "unknown") + ")"
          : signal;
    }

    private static String report(Process process) {
      Path file = ChildJvm.crashFile(Long.toString(process.pid()));
      return Files.exists(file) ? "; the JVM's report is " + file : "";
    }
  }
}

package org.msrnn.eval.command;

import java.util.function.Supplier;
import org.msrnn.eval.report.Numbers;

/**
 * How far a long command is, on standard error: a bar that is drawn over on a terminal, a line
 * every few seconds elsewhere. Quiet about work that is over at once.
 */
final class ProgressLine implements AutoCloseable {
  private static final int WIDTH = 24;
  private static final long REDRAW_NANOS = 100_000_000L;
  private static final long LINE_NANOS = 5_000_000_000L;

  /** Before this much is done, the time left would be a guess at how fast Java warms up. */
  private static final double LEAST_SHARE = 0.03;

  private static final int LONGEST = 78;

  private final Console console;
  private final long start = System.nanoTime();
  private long last = start;
  private int drawn;

  ProgressLine(Console console) {
    this.console = console;
  }

  /** So many of so many are done. */
  void update(long done, long total, String now) {
    update((double) done, total, () -> now);
  }

  /**
   * So much of so much is done; {@code now} says what is going on or the figure so far, and is
   * asked only when it is shown: some work reports every token.
   */
  void update(double done, long total, Supplier<String> now) {
    long time = System.nanoTime();
    if (time - last < (console.terminal() ? REDRAW_NANOS : LINE_NANOS)) {
      return;
    }
    last = time;
    double share = total <= 0 ? 0 : Math.min(1, done / total);
    double elapsed = (time - start) / 1e9;
    String left = share < LEAST_SHARE ? "" : Numbers.seconds(elapsed / share - elapsed) + " left";
    String percent = Numbers.fixed(100 * share, 0) + " %";
    if (console.terminal()) {
      int full = (int) (share * WIDTH);
      String bar = "[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "]";
      draw(bar + " " + percent + "  " + left + "  " + now.get());
    } else {
      console.note(percent + ", " + (left.isEmpty() ? "" : left + ", ") + now.get());
    }
  }

  private void draw(String line) {
    String cut = line.length() > LONGEST ? line.substring(0, LONGEST) : line;
    console.err().print("\r" + cut + " ".repeat(Math.max(0, drawn - cut.length())));
    console.err().flush();
    drawn = cut.length();
  }

  /** Wipes the bar. */
  @Override
  public void close() {
    if (drawn > 0) {
      console.err().print("\r" + " ".repeat(drawn) + "\r");
      console.err().flush();
      drawn = 0;
    }
  }
}

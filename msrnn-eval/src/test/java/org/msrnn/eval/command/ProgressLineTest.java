package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private final StringWriter err = new StringWriter();

  private Console console(boolean terminal) {
    return new Console(
        InputStream.nullInputStream(),
        new PrintWriter(new StringWriter()),
        new PrintWriter(err, true),
        terminal,
        false);
  }

  @Test
  void terminalGetsABarThatIsWipedAtTheEnd() throws InterruptedException {
    try (ProgressLine line = new ProgressLine(console(true))) {
      Thread.sleep(120);
      line.update(1, 2, "perplexity 12.5");
      assertThat(err.toString())
          .startsWith("\r[############............] 50 %")
          .contains("left")
          .contains("perplexity 12.5")
          .doesNotContain("\n");
    }
    assertThat(err.toString()).endsWith(" \r");
  }

  @Test
  void shortWorkIsQuiet() {
    try (ProgressLine line = new ProgressLine(console(false))) {
      for (int i = 0; i <= 100; i++) {
        line.update(i, 100, "at work");
      }
    }
    assertThat(err.toString()).isEmpty();
  }
}

package org.msrnn.eval.command;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.io.IoReason;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.task.TokenListener;

/** The file of {@code --per-token}; without one, its lines go nowhere. */
record PerTokenFile(@Nullable Path file, @Nullable Writer out)
    implements TokenListener, AutoCloseable {
  static PerTokenFile open(@Nullable Path file) {
    try {
      return new PerTokenFile(file, file == null ? null : Files.newBufferedWriter(file));
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private record Line(String document, long position, int token, double nll, long states) {}

  @Override
  public void accept(String document, long position, int token, double nll, long states) {
    if (out != null) {
      try {
        out.write(Json.line(new Line(document, position, token, nll, states)) + "\n");
      } catch (IOException e) {
        throw failed(file, e);
      }
    }
  }

  @Override
  public void close() {
    if (out != null) {
      try {
        out.close();
      } catch (IOException e) {
        throw failed(file, e);
      }
    }
  }

  private static MsrnnException failed(@Nullable Path file, IOException e) {
    return new MsrnnException("cannot write " + file + ": " + IoReason.of(e), e);
  }
}

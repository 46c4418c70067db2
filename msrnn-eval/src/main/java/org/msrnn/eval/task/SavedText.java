package org.msrnn.eval.task;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateFileException;
import org.msrnn.eval.io.IoReason;
import org.msrnn.eval.io.WholeFile;
import org.msrnn.eval.task.Machine.Setup;

/**
 * A text that can be gone on with: its multi-state, and what a multi-state does not hold. The file
 * is described in docs/multi-state-file.md.
 *
 * @param spec the settings of the multi-state, as they were written by the user
 * @param recent the last tokens, for repetition penalties
 * @param logits {@code [vocabulary]}, those of the token that would come next
 */
@SuppressWarnings("ArrayRecordComponent")
public record SavedText(SpecText spec, int[] recent, float[] logits) {
  private static final long MAGIC = 0x4d53524e4e545801L; // "MSRNNTX", version 1
  private static final int MOST_TEXT = 1 << 16;
  private static final int MOST_RECENT = 1 << 20; // the longest window of a repetition penalty
  private static final int MOST_LOGITS = 1 << 24;

  /**
   * Writes it to a file, which it replaces once all is written.
   *
   * @param state the multi-state after all tokens of the text
   * @throws MsrnnException if that fails; an old file stays
   */
  public void write(Path file, MultiState state) {
    WholeFile.write(
        file,
        out -> {
          writeFields(out);
          state.save(out);
        });
  }

  private void writeFields(OutputStream to) throws IOException {
    var checked = new CheckedOutputStream(to, new CRC32C());
    var out = new DataOutputStream(checked);
    out.writeLong(MAGIC);
    writeText(out, spec.policy());
    writeText(out, spec.state());
    writeText(out, spec.regime());
    writeText(out, spec.positions());
    writeText(out, spec.budgets());
    writeText(out, spec.storage());
    out.writeLong(spec.seed());
    ByteBuffer ids = ByteBuffer.allocate(Math.multiplyExact(Integer.BYTES, recent.length));
    ids.asIntBuffer().put(recent);
    out.writeInt(recent.length);
    out.write(ids.array());
    ByteBuffer numbers = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, logits.length));
    numbers.asFloatBuffer().put(logits);
    out.writeInt(logits.length);
    out.write(numbers.array());
    out.writeLong(checked.getChecksum().getValue());
    out.flush();
  }

  /** A text, empty for what the user left out. */
  private static void writeText(DataOutputStream out, @Nullable String text) throws IOException {
    byte[] bytes = (text == null ? "" : text).getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /**
   * Reads all of a file but the multi-state itself.
   *
   * @throws MsrnnException if the file cannot be read, is damaged or is something else
   */
  public static SavedText read(Path file) {
    return open(file, (saved, in) -> saved);
  }

  /**
   * Reads the multi-state of a file.
   *
   * @param machine the model
   * @param setup made from {@link #spec}
   * @throws MsrnnException if the file cannot be read, is damaged, or is of another model
   */
  public static MultiState readState(Path file, Machine machine, Setup setup) {
    return open(
        file,
        (saved, in) -> {
          MultiState state = machine.model().msrnn().load(in, setup.spec());
          try {
            saved.checkAgainst(machine.model().info().vocabulary());
            if (in.read() >= 0) {
              throw new StateFileException(
                  "the file is damaged: it does not end where the multi-state does");
            }
            return state;
          } catch (StateFileException | IOException e) {
            state.close();
            throw e;
          }
        });
  }

  private void checkAgainst(int vocabulary) {
    if (logits.length != vocabulary) {
      throw new StateFileException(
          "it has " + logits.length + " logits for " + vocabulary + " tokens");
    }
    for (int token : recent) {
      check(token < vocabulary, "recent token", token);
    }
  }

  private interface Reading<T> {
    T read(SavedText saved, InputStream rest) throws IOException;
  }

  private static <T> T open(Path file, Reading<T> reading) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new MsrnnException("cannot read " + file + ": it is not a file");
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      return reading.read(readFields(in), in);
    } catch (EOFException e) {
      throw new StateFileException(file + ": the file ends too early", e);
    } catch (StateFileException e) {
      throw new StateFileException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new MsrnnException("cannot read " + file + ": " + IoReason.of(e), e);
    }
  }

  private static SavedText readFields(InputStream from) throws IOException {
    var checked = new CheckedInputStream(from, new CRC32C());
    var in = new DataInputStream(checked);
    if (in.readLong() != MAGIC) {
      throw new StateFileException(
          "this is not a file of generate --save-state, or one of another version of msrnn");
    }
    String policy = readText(in);
    String state = orNull(readText(in));
    String regime = readText(in);
    String positions = orNull(readText(in));
    String budgets = orNull(readText(in));
    String storage = readText(in);
    long seed = in.readLong();
    ByteBuffer ids = readNumbers(in, MOST_RECENT, "count of recent tokens");
    int[] recent = new int[ids.remaining() / Integer.BYTES];
    ids.asIntBuffer().get(recent);
    ByteBuffer numbers = readNumbers(in, MOST_LOGITS, "count of logits");
    float[] logits = new float[numbers.remaining() / Float.BYTES];
    numbers.asFloatBuffer().get(logits);
    long computed = checked.getChecksum().getValue();
    check(in.readLong() == computed, "checksum", computed);
    for (int token : recent) {
      check(token >= 0, "recent token", token);
    }
    for (float logit : logits) {
      check(Float.isFinite(logit), "logit", Float.floatToRawIntBits(logit));
    }
    return new SavedText(
        new SpecText(policy, state, regime, positions, budgets, storage, seed), recent, logits);
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static String readText(DataInputStream in) throws IOException {
    int length = in.readInt();
    check(length >= 0 && length <= MOST_TEXT, "text length", length);
    return new String(readBytes(in, length), StandardCharsets.UTF_8);
  }

  /** Numbers of 4 bytes each after their count. */
  private static ByteBuffer readNumbers(DataInputStream in, int most, String name)
      throws IOException {
    int count = in.readInt();
    check(count >= 0 && count <= most, name, count);
    return ByteBuffer.wrap(readBytes(in, Integer.BYTES * count));
  }

  /** Takes memory as bytes arrive, not on the word of a length. */
  private static byte[] readBytes(DataInputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  private static void check(boolean right, String field, long found) {
    if (!right) {
      throw new StateFileException("the file is damaged: its " + field + " cannot be " + found);
    }
  }
}

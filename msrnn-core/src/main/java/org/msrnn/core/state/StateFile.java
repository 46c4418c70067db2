package org.msrnn.core.state;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.msrnn.api.StateFileException;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.SlotView;

/**
 * The file format of a multi-state, described in docs/multi-state-file.md. Slot numbers are part of
 * it, so that sums over slots run in the same order and the continuation is the same to the bit.
 */
public final class StateFile {
  private static final long MAGIC = 0x4d53524e4e535402L; // "MSRNNST", version 2
  private static final int MOST_FREE = 1 << 16; // so that a lie about the extent costs little
  private static final int MOST_TEXT = 1 << 16;
  private static final int TOGETHER = 64; // states read at once

  private StateFile() {}

  /** A specification in words, equal for equal specifications. */
  static String describe(StateSpec spec) {
    return String.join(
        "; ",
        "policy " + spec.policy(),
        "state " + spec.states(),
        "regime " + spec.regime(),
        "positions " + spec.positions(),
        "budgets " + spec.budgets(),
        "storage " + spec.storage(),
        "seed " + spec.seed());
  }

  static void demandSame(String expected, String found) {
    if (!expected.equals(found)) {
      throw new StateFileException(
          "the saved state is of (" + found + "), not of (" + expected + ")");
    }
  }

  static void write(KvMultiState state, Kernels kernels, OutputStream to) throws IOException {
    var checked = new CheckedOutputStream(new BufferedOutputStream(to), new CRC32C());
    var out = new DataOutputStream(checked);
    out.writeLong(MAGIC);
    writeText(out, state.modelDigest());
    writeText(out, describe(state.spec()));
    out.writeLong(state.tokens());
    for (int l = 0; l < state.model().layers(); l++) {
      for (int s = 0; s < state.sets(l); s++) {
        if (state.space(l, s).extent() > 2L * state.space(l, s).size() + MOST_FREE) {
          state.set(l, s).pack();
        }
        writeSpace(state.space(l, s), kernels, out);
      }
    }
    out.writeLong(checked.getChecksum().getValue());
    out.flush();
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static void writeSpace(SlotSpace space, Kernels kernels, DataOutputStream out)
      throws IOException {
    out.writeInt(space.extent());
    out.writeInt(space.size());
    out.writeInt(space.columnCount());
    out.writeLong(space.queries);
    out.writeLong(space.evictions);
    out.writeInt(space.peak);
    out.writeInt(space.budget);
    out.writeInt(space.memory.length);
    for (double number : space.memory) {
      out.writeDouble(number);
    }
    for (int slot : space.freeSlots()) {
      out.writeInt(slot);
    }
    for (int e = 0; e < space.size(); e += TOGETHER) {
      writeEntries(space, e, Math.min(TOGETHER, space.size() - e), kernels, out);
    }
  }

  /** Some entries, whose keys and values are read head by head, as they lie in memory. */
  private static void writeEntries(
      SlotSpace space, int first, int count, Kernels kernels, DataOutputStream out)
      throws IOException {
    int heads = space.kv.heads();
    int size = space.kv.headSize();
    int[] slots = new int[count];
    Arrays.setAll(slots, i -> space.slot(first + i));
    float[][] keys = new float[heads][count * size];
    float[][] values = new float[heads][count * size];
    for (int h = 0; h < heads; h++) {
      kernels.readStates(space.kv, h, slots, count, keys[h], values[h]);
    }
    for (int i = 0; i < count; i++) {
      out.writeInt(slots[i]);
      out.writeInt(space.token(first + i));
      out.writeLong(space.position(first + i));
      for (int c = 0; c < space.columnCount(); c++) {
        out.writeDouble(space.column(c)[first + i]);
      }
      for (int h = 0; h < heads; h++) {
        writeNumbers(out, keys[h], i * size, size);
        writeNumbers(out, values[h], i * size, size);
      }
    }
  }

  private static void writeNumbers(DataOutputStream out, float[] numbers, int at, int count)
      throws IOException {
    for (int i = at; i < at + count; i++) {
      out.writeFloat(numbers[i]);
    }
  }

  /**
   * Fills an empty state from a file.
   *
   * @throws StateFileException if the bytes are damaged or describe another model or specification
   * @throws IOException if the stream fails
   */
  public static void read(KvMultiState state, Kernels kernels, InputStream from)
      throws IOException {
    var checked = new CheckedInputStream(from, new CRC32C());
    var in = new DataInputStream(checked);
    try {
      if (in.readLong() != MAGIC) {
        throw new StateFileException("this is not a multi-state file of version 2");
      }
      String digest = readText(in);
      if (!digest.equals(state.modelDigest())) {
        throw new StateFileException(
            "the saved state is of the model with digest "
                + digest
                + ", not of "
                + state.modelDigest());
      }
      demandSame(describe(state.spec()), readText(in));
      long tokens = in.readLong();
      check(tokens >= 0, "token count", tokens);
      var limits = new Limits(tokens, state.model().vocabulary(), state.planning());
      for (int l = 0; l < state.model().layers(); l++) {
        for (int s = 0; s < state.sets(l); s++) {
          readSet(state.set(l, s), kernels, limits, in);
        }
      }
      check(state.total() <= state.planning().request().total(), "budgets", state.total());
      state.restoreTokens(tokens);
      long computed = checked.getChecksum().getValue();
      check(in.readLong() == computed, "checksum", computed);
    } catch (EOFException e) {
      throw new StateFileException("the multi-state file ends too early", e);
    }
  }

  private static String readText(DataInputStream in) throws IOException {
    int length = in.readInt();
    check(length >= 0 && length <= MOST_TEXT, "text length", length);
    byte[] bytes = in.readNBytes(length);
    check(bytes.length == length, "text length", bytes.length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private record Limits(long tokens, int vocabulary, Planning planning) {}

  private static void readSet(SetAttention set, Kernels kernels, Limits limits, DataInputStream in)
      throws IOException {
    SlotSpace space = set.space();
    int extent = in.readInt();
    int size = in.readInt();
    int columns = in.readInt();
    check(size >= 0 && size <= extent && extent <= 2L * size + MOST_FREE, "slot count", extent);
    check(columns == space.columnCount(), "column count", columns);
    space.queries = in.readLong();
    space.evictions = in.readLong();
    space.peak = in.readInt();
    int budget = in.readInt();
    limits.planning.demandAllowed(budget, space.budget);
    set.budget(budget);
    int memory = in.readInt();
    check(memory == space.memory.length, "memory", memory);
    for (int i = 0; i < memory; i++) {
      space.memory[i] = in.readDouble();
    }
    int[] free = new int[0];
    for (int i = 0; i < extent - size; i++) {
      if (free.length == i) {
        free = Arrays.copyOf(free, Math.min(extent - size, 2 * i + 64)); // as bytes come
      }
      free[i] = in.readInt();
      check(free[i] >= 0 && free[i] < extent, "free slot", free[i]);
    }
    List<Entry> entries = readEntries(space, size, extent, limits, in);
    space.reserve(extent, extent); // only now: as many bytes have come
    for (Entry entry : entries) {
      restore(entry, space, kernels);
    }
    for (int slot : free) {
      check(space.positions()[slot] == SlotView.FREE, "free slot", slot);
    }
    check(Arrays.stream(free).distinct().count() == free.length, "free slots", 0);
    space.restoreFree(free, extent);
  }

  /** A state with its columns, and the keys and values of its heads in turn. */
  private record Entry(int slot, int token, long position, double[] columns, float[][] numbers) {}

  private static List<Entry> readEntries(
      SlotSpace space, int size, int extent, Limits limits, DataInputStream in) throws IOException {
    List<Entry> entries = new ArrayList<>();
    long before = -1;
    for (int e = 0; e < size; e++) {
      int slot = in.readInt();
      int token = in.readInt();
      long position = in.readLong();
      check(slot >= 0 && slot < extent, "slot", slot);
      check(token >= 0 && token < limits.vocabulary, "token", token);
      check(position > before && position < limits.tokens, "position", position);
      before = position;
      double[] columns = new double[space.columnCount()];
      for (int c = 0; c < columns.length; c++) {
        columns[c] = in.readDouble();
      }
      float[][] numbers = new float[2 * space.kv.heads()][space.kv.headSize()];
      for (float[] keyOrValue : numbers) {
        readNumbers(in, keyOrValue);
      }
      entries.add(new Entry(slot, token, position, columns, numbers));
    }
    return entries;
  }

  private static void restore(Entry entry, SlotSpace space, Kernels kernels) {
    check(space.positions()[entry.slot] == SlotView.FREE, "slot", entry.slot);
    int e = space.size();
    space.restoreEntry(entry.slot, entry.token, entry.position);
    for (int c = 0; c < entry.columns.length; c++) {
      space.column(c)[e] = entry.columns[c];
    }
    for (int h = 0; h < space.kv.heads(); h++) {
      kernels.writeState(entry.numbers[2 * h], entry.numbers[2 * h + 1], space.kv, h, entry.slot);
    }
  }

  private static void readNumbers(DataInputStream in, float[] into) throws IOException {
    for (int i = 0; i < into.length; i++) {
      into[i] = in.readFloat();
      check(Float.isFinite(into[i]), "number", Float.floatToRawIntBits(into[i]));
    }
  }

  private static void check(boolean right, String field, long found) {
    if (!right) {
      throw new StateFileException(
          "the multi-state file is damaged: its " + field + " cannot be " + found);
    }
  }
}

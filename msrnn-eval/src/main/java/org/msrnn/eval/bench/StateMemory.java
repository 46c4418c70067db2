package org.msrnn.eval.bench;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.KvType;

/** What multi-states take, and how many fit. */
public final class StateMemory {
  private static final Pattern AMOUNT =
      Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,3})?)\\s*([A-Za-z]+)");
  private static final Map<String, Double> UNITS =
      Map.of("MiB", 0x1p20, "GiB", 0x1p30, "TiB", 0x1p40, "MB", 1e6, "GB", 1e9, "TB", 1e12);

  private StateMemory() {}

  /** Bytes of keys and values of so many states in every layer, or of its window if it has one. */
  public static long bytes(ModelInfo model, KvType storage, int states) {
    long held = 0;
    for (int l = 0; l < model.layers(); l++) {
      held = Math.addExact(held, Math.min(states, model.window(l)));
    }
    return storage.bytes(Math.multiplyExact(2L * model.kvHeads(), held), model.headSize());
  }

  /** Bytes of keys and values of a full multi-state: k states, or the context if unbounded. */
  public static long full(ModelInfo model, StateSpec spec) {
    return bytes(model, spec.storage(), spec.states());
  }

  /**
   * The most sequences that fit: weights once, a state for each. 0 if not even one does.
   *
   * @param capacity bytes of memory
   */
  public static long largestBatch(long capacity, long weightBytes, long stateBytes) {
    return Math.max(0, (capacity - weightBytes) / stateBytes);
  }

  /**
   * Reads an amount of memory, such as {@code 8GiB}.
   *
   * @param option the option that it was given to
   * @throws InvalidOptionException if it is something else
   */
  public static long parse(String option, String text) {
    Matcher matcher = AMOUNT.matcher(text.strip());
    if (matcher.matches()) {
      Double unit = UNITS.get(matcher.group(2));
      double bytes = unit == null ? 0 : Double.parseDouble(matcher.group(1)) * unit;
      if (bytes >= 1) {
        return Math.round(bytes);
      }
    }
    throw new InvalidOptionException(
        option, "'" + text + "'", "a number with MiB, GiB, TiB, MB, GB or TB, such as 8GiB");
  }
}

package org.msrnn.api.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.msrnn.api.backend.ProgramSlots;
import org.msrnn.api.backend.SlotTable;
import org.msrnn.api.backend.SlotView;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;

/** What {@link ProgramSlots} must do, in lists: states sorted by position, scores compared. */
final class SlotModel {
  /** Largest error of a number, in parts of it: what double gives with room to spare. */
  private static final double TOLERANCE = 0x1p-40;

  private static final class Held {
    final int slot;
    final int token;
    final long position;
    double number;

    Held(int slot, int token, long position, double number) {
      this.slot = slot;
      this.token = token;
      this.position = position;
      this.number = number;
    }
  }

  /** The mean norm of the keys that are stored in a slot. */
  interface Norms {
    double of(int slot);
  }

  private final ScoreProgram program;
  private final Norms norms;
  private final List<Held> states = new ArrayList<>(); // oldest first
  private final List<Integer> free = new ArrayList<>(); // the last one is taken first
  private int extent;

  SlotModel(ScoreProgram program, Norms norms) {
    this.program = program;
    this.norms = norms;
  }

  int size() {
    return states.size();
  }

  int extent() {
    return extent;
  }

  /** What the extent is after so many further states. */
  int extentWith(int rows) {
    return extent + Math.max(0, rows - free.size());
  }

  /** Position of the newest state. */
  long newest() {
    return states.isEmpty() ? -1 : states.getLast().position;
  }

  /** Positions by slot. */
  long[] positions() {
    long[] positions = new long[extent];
    Arrays.fill(positions, SlotView.FREE);
    states.forEach(held -> positions[held.slot] = held.position);
    return positions;
  }

  /** Chooses slots for tokens, {@code store} puts their states there, and they are held. */
  void append(int[] tokens, int row, int rows, long position, Consumer<int[]> store) {
    int[] slots = new int[rows];
    Arrays.setAll(slots, i -> free.isEmpty() ? extent++ : free.removeLast());
    store.accept(slots);
    for (int i = 0; i < rows; i++) {
      states.add(new Held(slots[i], tokens[row + i], position + i, first(slots[i])));
    }
  }

  private double first(int slot) {
    return program instanceof ScoreProgram.KeyNorm ? norms.of(slot) : 0;
  }

  void observe(float[] tap) {
    for (Held held : states) {
      double weight = tap[held.slot];
      if (program instanceof ScoreProgram.Accumulate(double decay, int power)) {
        held.number = decay * held.number + Math.pow(weight, power);
      } else {
        held.number = weight;
      }
    }
  }

  private double score(Held held) {
    return switch (program) {
      case ScoreProgram.LastRow _, ScoreProgram.Accumulate _ -> held.number;
      case ScoreProgram.Position _ -> held.position;
      case ScoreProgram.KeyNorm _ -> -held.number;
    };
  }

  private List<Held> notPinned(Pins pins) {
    return states.subList(0, Math.max(0, states.size() - pins.last())).stream()
        .filter(held -> held.position >= pins.first())
        .toList();
  }

  /** How many states may leave. */
  int evictable(Pins pins) {
    return notPinned(pins).size();
  }

  void evict(int count, Pins pins) {
    Comparator<Held> lowest = Comparator.comparingDouble(this::score);
    List<Held> victims =
        notPinned(pins).stream()
            .sorted(lowest.thenComparingLong(held -> held.position))
            .limit(count)
            .sorted(Comparator.comparingLong((Held held) -> held.position).reversed())
            .toList();
    states.removeAll(victims);
    victims.forEach(victim -> free.add(victim.slot));
  }

  /** Replaces everything; a norm of 0 is one that is not known. */
  void write(SlotTable from) {
    extent = from.extent;
    free.clear();
    Arrays.stream(from.free, 0, from.freeCount).forEach(free::add);
    states.clear();
    for (int s = 0; s < extent; s++) {
      if (from.positions[s] != SlotView.FREE) {
        double number = from.numbers[s] == 0 ? first(s) : from.numbers[s];
        states.add(new Held(s, from.tokens[s], from.positions[s], number));
      }
    }
    states.sort(Comparator.comparingLong(held -> held.position));
  }

  /** Demands that a table says what is held, where, and which slots come next. */
  void demandSame(String what, SlotTable found) {
    Twins.that(
        found.extent == extent, what + ": the extent is " + found.extent + ", not " + extent);
    long[] positions = Arrays.copyOf(found.positions, extent);
    Twins.that(
        Arrays.equals(positions, positions()),
        () -> what + ": the slots hold positions " + differences(positions));
    List<Integer> stack = Arrays.stream(found.free, 0, found.freeCount).boxed().toList();
    Twins.that(stack.equals(free), () -> what + ": free slots are " + stack + ", not " + free);
    for (Held held : states) {
      String place = what + ": position " + held.position + " in slot " + held.slot;
      int token = found.tokens[held.slot];
      Twins.that(token == held.token, () -> place + " has token " + token + ", not " + held.token);
      double number = found.numbers[held.slot];
      Twins.that(
          program instanceof ScoreProgram.Position
              || Math.abs(number - held.number) <= TOLERANCE * Math.abs(held.number),
          () -> place + " has the number " + number + ", not " + held.number);
    }
  }

  private String differences(long[] found) {
    long[] wanted = positions();
    StringBuilder text = new StringBuilder();
    for (int s = 0; s < extent; s++) {
      if (found[s] != wanted[s]) {
        text.append(found[s]).append(" for ").append(wanted[s]).append(" in ").append(s);
        text.append("; ");
      }
    }
    return text.toString();
  }
}

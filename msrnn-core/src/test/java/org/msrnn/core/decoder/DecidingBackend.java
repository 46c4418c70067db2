package org.msrnn.core.decoder;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.ProgramSlots;
import org.msrnn.api.backend.SlotTable;
import org.msrnn.api.backend.SlotView;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.Weights;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.core.reference.PlainBackend;

/**
 * The plain backend as if it were a device that keeps slots by itself: lists in the words of the
 * definition, which attention sees in place of the host's table. Counts what is read.
 */
final class DecidingBackend implements Backend {
  private final PlainBackend plain = new PlainBackend();
  private final Map<KvBuffer, Slots> managed = new IdentityHashMap<>();
  private final Kernels kernels = counting();

  /** Numbers that came to the host, and in how many copies. */
  long numbersRead;

  int reads;

  /** Copies of states to the host, of one or of many. */
  int stateReads;

  /** Times that the table of a set came to the host or went to the device. */
  int tablesRead;

  int tablesWritten;

  private Kernels counting() {
    return (Kernels)
        Proxy.newProxyInstance(
            Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, this::invoke);
  }

  private @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    Object[] given = arguments == null ? new Object[0] : arguments;
    if (method.getName().equals("attend")) {
      given = new Object[] {withManagedSlots((AttentionCall) given[0])};
    } else if (method.getName().equals("read") && given.length == 5) {
      reads++;
      numbersRead += (long) (int) given[2] * (int) given[3];
    } else if (method.getName().equals("readsWait")) {
      return true;
    } else if (method.getName().startsWith("readState")) {
      stateReads++;
    } else if (method.isDefault() && method.getName().equals("read")) {
      kernels.read((Buffer) given[0], (int) given[1], 1, (int) given[2], (float[]) given[3]);
      return null;
    }
    try {
      return method.invoke(plain.kernels(), given);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private AttentionCall withManagedSlots(AttentionCall of) {
    Slots slots = managed.get(of.kv);
    if (slots == null) {
      return of;
    }
    AttentionCall call =
        new AttentionCall(
            of.queries,
            of.outputs,
            of.kv,
            slots.view(of.slots.extent(), of.slots.used()),
            of.firstKvHead,
            of.group,
            of.scale,
            of.softCap,
            of.rope);
    call.row = of.row;
    call.rows = of.rows;
    call.firstPosition = of.firstPosition;
    call.sinks = of.sinks;
    call.window = of.window;
    call.tapRows = of.tapRows;
    call.tapReduce = of.tapReduce;
    call.tapLogits = of.tapLogits;
    call.tap = of.tap;
    call.tapRow = of.tapRow;
    return call;
  }

  @Override
  public String description() {
    return "plain, deciding";
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public Weights upload(Tensor tensor) {
    return plain.upload(tensor);
  }

  @Override
  public Buffer allocate(int rows, int columns) {
    return plain.allocate(rows, columns);
  }

  @Override
  public KvBuffer allocateKv(int heads, int headSize, int capacity, KvType type) {
    return plain.allocateKv(heads, headSize, capacity, type);
  }

  @Override
  public ProgramSlots programSlots(ScoreProgram program, KvBuffer kv) {
    Slots slots = new Slots(program, kv);
    managed.put(kv, slots);
    return slots;
  }

  /** Stores whose slots are kept here. */
  int open() {
    return managed.size();
  }

  @Override
  public void close() {}

  /** One state as the lists know it. */
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

  private final class Slots implements ProgramSlots {
    private final ScoreProgram program;
    private final KvBuffer kv;
    private final List<Held> states = new ArrayList<>(); // by position
    private final List<Integer> free = new ArrayList<>();
    private int extent;

    Slots(ScoreProgram program, KvBuffer kv) {
      this.program = program;
      this.kv = kv;
    }

    SlotView view(int saidExtent, int saidUsed) {
      if (saidExtent != extent || saidUsed != states.size()) {
        throw new AssertionError(
            "the host counts " + saidUsed + " of " + saidExtent + " in place of " + states.size());
      }
      long[] positions = new long[extent];
      Arrays.fill(positions, SlotView.FREE);
      states.forEach(held -> positions[held.slot] = held.position);
      return new View(extent, states.size(), positions);
    }

    @Override
    public void append(
        Buffer k, Buffer v, int row, int rows, int firstKvHead, int[] tokens, long position) {
      int[] taken = new int[rows];
      for (int i = 0; i < rows; i++) {
        taken[i] = free.isEmpty() ? extent++ : free.removeLast();
      }
      plain.kernels().append(k, v, row, rows, firstKvHead, kv, taken);
      for (int i = 0; i < rows; i++) {
        double number = program instanceof ScoreProgram.KeyNorm ? norm(taken[i]) : 0;
        states.add(new Held(taken[i], tokens[row + i], position + i, number));
      }
    }

    private double norm(int slot) {
      float[] key = new float[kv.headSize()];
      float[] value = new float[kv.headSize()];
      double sum = 0;
      for (int h = 0; h < kv.heads(); h++) {
        plain.kernels().readState(kv, h, slot, key, value);
        double squares = 0;
        for (float number : key) {
          squares += (double) number * number;
        }
        sum += Math.sqrt(squares);
      }
      return sum / kv.heads();
    }

    @Override
    public void observe(Buffer tap, int row) {
      float[] weights = new float[extent];
      plain.kernels().read(tap, row, extent, weights);
      for (Held held : states) {
        double weight = weights[held.slot];
        switch (program) {
          case ScoreProgram.LastRow _ -> held.number = weight;
          case ScoreProgram.Accumulate(double decay, int power) ->
              held.number = decay * held.number + (power == 2 ? weight * weight : weight);
          case ScoreProgram.Position _ -> throw new AssertionError("sees no attention");
          case ScoreProgram.KeyNorm _ -> throw new AssertionError("sees no attention");
        }
      }
    }

    private double score(Held held) {
      return switch (program) {
        case ScoreProgram.Position _ -> held.position;
        case ScoreProgram.KeyNorm _ -> -held.number;
        case ScoreProgram.LastRow _ -> held.number;
        case ScoreProgram.Accumulate _ -> held.number;
      };
    }

    @Override
    public void evict(int count, Pins pins) {
      int last = states.size() - pins.last();
      List<Held> victims =
          IntStream.range(0, last)
              .mapToObj(states::get)
              .filter(held -> held.position >= pins.first())
              .sorted(Comparator.comparingDouble(this::score).thenComparing(h -> h.position))
              .limit(count)
              .sorted(Comparator.comparing((Held h) -> h.position).reversed())
              .toList();
      states.removeAll(victims);
      victims.forEach(held -> free.add(held.slot));
    }

    @Override
    public void read(SlotTable into) {
      tablesRead++;
      Arrays.fill(into.positions, SlotView.FREE);
      for (Held held : states) {
        into.positions[held.slot] = held.position;
        into.tokens[held.slot] = held.token;
        into.numbers[held.slot] = held.number;
      }
      for (int i = 0; i < free.size(); i++) {
        into.free[i] = free.get(i);
      }
      into.freeCount = free.size();
      into.extent = extent;
    }

    @Override
    public void write(SlotTable from) {
      tablesWritten++;
      states.clear();
      free.clear();
      extent = from.extent;
      for (int slot = 0; slot < extent; slot++) {
        if (from.positions[slot] != SlotView.FREE) {
          double number = from.numbers[slot];
          boolean unknown = program instanceof ScoreProgram.KeyNorm && number == 0;
          states.add(
              new Held(
                  slot, from.tokens[slot], from.positions[slot], unknown ? norm(slot) : number));
        }
      }
      states.sort(Comparator.comparing(held -> held.position));
      for (int i = 0; i < from.freeCount; i++) {
        free.add(from.free[i]);
      }
    }

    @Override
    public void close() {
      managed.remove(kv);
    }
  }

  private record View(int extent, int used, long[] positions) implements SlotView {
    @Override
    public double @Nullable [] rotations() {
      return null;
    }
  }
}

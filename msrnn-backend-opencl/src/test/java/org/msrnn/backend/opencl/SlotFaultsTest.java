package org.msrnn.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.ProgramSlots;
import org.msrnn.api.backend.SlotTable;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.Weights;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.testkit.ContractViolation;
import org.msrnn.api.testkit.KernelContract;
import org.msrnn.api.testkit.Rule;
import org.msrnn.core.reference.PlainBackend;

/** The rules for slots that a device keeps notice what such slots may do wrong. */
class SlotFaultsTest {
  private static OpenClBackend sound;

  private enum Fault {
    PINS_ARE_FORGOTTEN("slots that the device keeps by Position[]"),
    THE_NEWEST_TIE_LEAVES("slots that the device keeps by LastRow[]"),
    VICTIMS_ARE_STACKED_OLDEST_FIRST("many states leave at once by KeyNorm[]"),
    THE_FIRST_ROW_IS_SEEN("slots that the device keeps by Accumulate[decay=1.0, power=2]"),
    A_VICTIM_IS_STILL_SEEN("attention sees the states that the device holds");

    private final String rule;

    Fault(String rule) {
      this.rule = rule;
    }
  }

  @BeforeAll
  static void open() {
    sound = new OpenClBackend(TestDevice.open());
  }

  @ParameterizedTest
  @EnumSource
  void isNoticedByItsRule(Fault fault) {
    assertThatThrownBy(rule(new Faulty(fault), fault.rule)::check)
        .isInstanceOf(ContractViolation.class);
    assertThatCode(rule(sound, fault.rule)::check).doesNotThrowAnyException();
  }

  @Test
  void aBackendWithoutProgramsHasNothingToShow() {
    try (Backend plain = new PlainBackend()) {
      for (Fault fault : Fault.values()) {
        assertThatCode(rule(plain, fault.rule)::check).doesNotThrowAnyException();
      }
    }
  }

  private static Rule rule(Backend backend, String name) {
    var rules = KernelContract.of(backend, new PlainBackend()).rules();
    var named = rules.filter(rule -> rule.name().equals(name)).toList();
    assertThat(named).hasSize(1);
    return named.getFirst();
  }

  @AfterAll
  static void close() {
    sound.close();
  }

  private record Faulty(Fault fault) implements Backend {
    @Override
    public String description() {
      return sound.description();
    }

    @Override
    public Kernels kernels() {
      return sound.kernels();
    }

    @Override
    public Weights upload(Tensor tensor) {
      return sound.upload(tensor);
    }

    @Override
    public Buffer allocate(int rows, int columns) {
      return sound.allocate(rows, columns);
    }

    @Override
    public KvBuffer allocateKv(int heads, int headSize, int capacity, KvType type) {
      return sound.allocateKv(heads, headSize, capacity, type);
    }

    @Override
    public @Nullable ProgramSlots programSlots(ScoreProgram program, KvBuffer kv) {
      ProgramSlots slots = sound.programSlots(program, kv);
      return slots == null ? null : new FaultySlots(fault, slots, kv);
    }

    @Override
    public void close() {}
  }

  private record FaultySlots(Fault fault, ProgramSlots slots, KvBuffer kv) implements ProgramSlots {
    @Override
    public void append(
        Buffer k, Buffer v, int row, int rows, int firstKvHead, int[] tokens, long position) {
      slots.append(k, v, row, rows, firstKvHead, tokens, position);
    }

    @Override
    public void observe(Buffer tap, int row) {
      slots.observe(tap, fault == Fault.THE_FIRST_ROW_IS_SEEN ? 0 : row);
    }

    @Override
    public void evict(int count, Pins pins) {
      switch (fault) {
        case PINS_ARE_FORGOTTEN -> slots.evict(count, Pins.NONE);
        case THE_NEWEST_TIE_LEAVES -> evictNewest(count, pins);
        default -> slots.evict(count, pins);
      }
      SlotTable table = table();
      if (fault == Fault.VICTIMS_ARE_STACKED_OLDEST_FIRST) {
        int[] victims = Arrays.copyOfRange(table.free, table.freeCount - count, table.freeCount);
        for (int i = 0; i < count; i++) {
          table.free[table.freeCount - 1 - i] = victims[i];
        }
        slots.write(table);
      } else if (fault == Fault.A_VICTIM_IS_STILL_SEEN) {
        table.positions[table.free[table.freeCount - 1]] = 0;
        slots.write(table);
      }
    }

    /** Scores that are nearly the same, lower for newer states. */
    private void evictNewest(int count, Pins pins) {
      SlotTable before = table();
      SlotTable bent = table();
      for (int s = 0; s < bent.extent; s++) {
        bent.numbers[s] -= bent.positions[s] * 0x1p-30;
      }
      slots.write(bent);
      slots.evict(count, pins);
      SlotTable after = table();
      System.arraycopy(before.numbers, 0, after.numbers, 0, after.extent);
      slots.write(after);
    }

    private SlotTable table() {
      SlotTable table = new SlotTable(kv.capacity());
      slots.read(table);
      return table;
    }

    @Override
    public void read(SlotTable into) {
      slots.read(into);
    }

    @Override
    public void write(SlotTable from) {
      slots.write(from);
    }

    @Override
    public void close() {
      slots.close();
    }
  }
}

package org.msrnn.backend.opencl;

import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.ProgramSlots;
import org.msrnn.api.backend.SlotTable;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;

/** Slots that the device manages itself. */
@SuppressWarnings("DoNotCallSuggester") // stubs, until they do something
final class OpenClSlots implements ProgramSlots {
  private final SlotKernels kernels;
  private final ScoreProgram program;
  private final OpenClKv kv;

  OpenClSlots(SlotKernels kernels, ScoreProgram program, OpenClKv kv) {
    this.kernels = kernels;
    this.program = program;
    this.kv = kv;
    kv.program = this;
  }

  @Override
  public void append(
      Buffer k, Buffer v, int row, int rows, int firstKvHead, int[] tokens, long position) {
    throw new UnsupportedOperationException(kernels.device.info().name() + program);
  }

  @Override
  public void observe(Buffer tap, int row) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void evict(int count, Pins pins) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void read(SlotTable into) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void write(SlotTable from) {
    throw new UnsupportedOperationException();
  }

  /** Positions by slot: longs, -1 where a slot is free. */
  Memory positions() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    kv.program = null;
  }
}

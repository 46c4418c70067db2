package org.msrnn.backend.opencl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.Heads;
import org.msrnn.api.backend.Rope;

/** Kernels that work on rows by themselves ({@code rows.cl}): norms, sums, gates, rotation. */
final class RowKernels {
  private static final String FILE = "rows.cl";
  private static final int MOST_ROPES = 1024; // a layer has one

  private final Device device;
  private final int group;
  private final IdentityHashMap<Rope, Memory> ropes = new IdentityHashMap<>();
  private final List<Frequencies> frequencies = new ArrayList<>();
  private final Kernel norm;
  private final Kernel add;
  private final Kernel scale;
  private final Kernel softCap;
  private final Kernel gate;
  private final Kernel rope;
  private Memory positions;

  /** Frequencies that are on the device. */
  private record Frequencies(double[] numbers, Memory memory) {}

  RowKernels(Device device) {
    this.device = device;
    this.group = device.info().gpu() ? 128 : 16;
    this.norm = kernel("norm");
    this.add = kernel("add");
    this.scale = kernel("scale");
    this.softCap = kernel("soft_cap");
    this.gate = kernel("gate");
    this.rope = kernel("rope");
    this.positions = device.allocate(Double.BYTES, "positions");
  }

  private Kernel kernel(String name) {
    return device.kernel(FILE, name, group, 1, "");
  }

  private long groups(int columns) {
    return Math.ceilDiv(columns, group);
  }

  void norm(OpenClBuffer x, OpenClBuffer weight, float epsilon, int rows, OpenClBuffer out) {
    int n = weight.columns();
    norm.with(x.memory()).with(weight.memory()).with(epsilon).with(n);
    norm.with(x.columns()).with(out.columns()).with(out.memory()).run(x.columns() / n, rows, 1);
  }

  void add(OpenClBuffer x, OpenClBuffer y, int rows) {
    add.with(x.memory()).with(y.memory()).with(x.columns()).with(y.rows() == 1 ? 0 : y.columns());
    add.run(groups(x.columns()), rows, 1);
  }

  void scale(OpenClBuffer x, float factor, int rows) {
    scale.with(x.memory()).with(x.columns()).with(factor).run(groups(x.columns()), rows, 1);
  }

  void softCap(OpenClBuffer x, float cap, int rows) {
    softCap.with(x.memory()).with(x.columns()).with(cap).run(groups(x.columns()), rows, 1);
  }

  void gate(Activation activation, OpenClBuffer x, OpenClBuffer up, int rows) {
    gate.with(x.memory()).with(up.memory()).with(x.columns()).with(up.columns());
    gate.with(number(activation)).run(groups(x.columns()), rows, 1);
  }

  /** An activation as the kernels know it. */
  static int number(Activation activation) {
    return switch (activation) {
      case SILU -> 0;
      case GELU_TANH -> 1;
    };
  }

  void rope(OpenClBuffer x, int row, int rows, Heads heads, Rope by, double[] at) {
    boolean consecutive = true;
    for (int i = 1; i < rows; i++) {
      consecutive &= at[i] == at[0] + i;
    }
    if (!consecutive) {
      upload(at, rows);
    }
    rope.with(x.memory()).with(x.columns()).with(row);
    rope.with(heads.first()).with(heads.count()).with(heads.size());
    rope.with(frequencies(by)).with(by.pairs()).with(by.magnitude());
    rope.with(consecutive ? 1 : 0).with(at[0]).with(positions);
    rope.run(groups(by.pairs()), rows, 1);
  }

  private void upload(double[] at, int rows) {
    if (positions.bytes() < (long) rows * Double.BYTES) {
      positions.close();
      positions = device.allocate(2L * rows * Double.BYTES, "positions");
    }
    device.write(at, 0, rows, positions, 0);
  }

  /** Frequencies of a rotation on the device: one piece of memory for all that have the same. */
  Memory frequencies(Rope of) {
    Memory known = ropes.get(of);
    if (known != null) {
      return known;
    }
    double[] numbers = new double[of.pairs()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = of.frequency(i);
    }
    if (ropes.size() == MOST_ROPES) {
      ropes.clear(); // of models that are closed
    }
    Memory memory =
        frequencies.stream()
            .filter(one -> Arrays.equals(one.numbers, numbers))
            .findFirst()
            .orElseGet(() -> upload(numbers))
            .memory;
    ropes.put(of, memory);
    return memory;
  }

  private Frequencies upload(double[] numbers) {
    Memory memory = device.allocate((numbers.length + 1L) * Double.BYTES, "frequencies");
    device.write(numbers, 0, numbers.length, memory, 0);
    Frequencies fresh = new Frequencies(numbers, memory);
    frequencies.add(fresh);
    return fresh;
  }
}

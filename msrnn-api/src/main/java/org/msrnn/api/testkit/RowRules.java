package org.msrnn.api.testkit;

import java.util.List;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.Heads;
import org.msrnn.api.backend.Rope;

/** Kernels in which every row stands for itself. */
final class RowRules {
  private static final double TOLERANCE = 0x1p-20;
  private static final int[] COLUMNS = {1, 3, 7, 8, 13, 31, 32, 33, 255, 256, 257, 1023, 4098};

  private final Twins twins;

  RowRules(Twins twins) {
    this.twins = twins;
  }

  void addTo(List<Rule> rules, Seeded.Source source) {
    rules.add(new Rule("rmsNorm", () -> norm(source.get(), false)));
    rules.add(new Rule("rmsNorm in place", () -> norm(source.get(), true)));
    rules.add(new Rule("rmsNorm of heads", () -> normOfHeads(source.get())));
    rules.add(new Rule("add", () -> add(source.get(), false)));
    rules.add(new Rule("add of one row to all", () -> add(source.get(), true)));
    rules.add(new Rule("scale", () -> scale(source.get())));
    rules.add(new Rule("softCap", () -> softCap(source.get())));
    for (Activation activation : Activation.values()) {
      rules.add(new Rule("gate " + activation, () -> gate(activation, source.get())));
    }
    rules.add(new Rule("rope", () -> rope(source.get())));
  }

  private void norm(Seeded seeded, boolean inPlace) {
    for (int columns : twins.sizes(COLUMNS)) {
      int rows = 1 + columns % 5;
      try (Twins.Matrix x = twins.normal(seeded, rows + 1, columns, 3);
          Twins.Matrix weight = twins.normal(seeded, 1, columns, 1);
          Twins.Matrix out = inPlace ? x : twins.marked(rows + 1, columns)) {
        twins.run(
            (k, c) ->
                k.rmsNorm(
                    c ? x.candidate() : x.reference(),
                    c ? weight.candidate() : weight.reference(),
                    1e-5f,
                    rows,
                    c ? out.candidate() : out.reference()));
        twins.compare(seeded.label("rmsNorm " + rows + " x " + columns), out, TOLERANCE, 0.01);
      }
    }
  }

  private void normOfHeads(Seeded seeded) {
    for (int size : twins.sizes(1, 8, 20, 33, 80, 128)) {
      try (Twins.Matrix x = twins.normal(seeded, 4, 5 * size, 0.01);
          Twins.Matrix weight = twins.normal(seeded, 1, size, 1)) {
        twins.run(
            (k, c) -> {
              var both = c ? x.candidate() : x.reference();
              k.rmsNorm(both, c ? weight.candidate() : weight.reference(), 1e-6f, 3, both);
            });
        twins.compare(seeded.label("rmsNorm of heads of " + size), x, TOLERANCE, 0.01);
      }
    }
  }

  private void add(Seeded seeded, boolean oneRow) {
    for (int columns : twins.sizes(COLUMNS)) {
      int rows = 2 + columns % 4;
      try (Twins.Matrix x = twins.normal(seeded, rows + 1, columns, 1);
          Twins.Matrix y = twins.normal(seeded, oneRow ? 1 : rows, columns, 1)) {
        twins.run(
            (k, c) ->
                k.add(c ? x.candidate() : x.reference(), c ? y.candidate() : y.reference(), rows));
        twins.compare(seeded.label("add " + rows + " x " + columns), x, TOLERANCE, 0.01);
      }
    }
  }

  private void scale(Seeded seeded) {
    for (int columns : twins.sizes(COLUMNS)) {
      try (Twins.Matrix x = twins.normal(seeded, 4, columns, 1)) {
        twins.run((k, c) -> k.scale(c ? x.candidate() : x.reference(), 0.37f, 3));
        twins.compare(seeded.label("scale 3 x " + columns), x, TOLERANCE, 0.01);
      }
    }
  }

  private void softCap(Seeded seeded) {
    for (int columns : twins.sizes(COLUMNS)) {
      for (double deviation : new double[] {0.1, 20, 300}) {
        try (Twins.Matrix x = twins.normal(seeded, 3, columns, deviation)) {
          twins.run((k, c) -> k.softCap(c ? x.candidate() : x.reference(), 30, 2));
          String what = seeded.label("softCap 2 x " + columns + " of about " + deviation);
          twins.compare(what, x, 4 * TOLERANCE, deviation / 10);
        }
      }
    }
  }

  private void gate(Activation activation, Seeded seeded) {
    for (int columns : twins.sizes(COLUMNS)) {
      for (double deviation : new double[] {0.01, 2, 60}) {
        try (Twins.Matrix gate = twins.normal(seeded, 4, columns, deviation);
            Twins.Matrix up = twins.normal(seeded, 3, columns, 1)) {
          twins.run(
              (k, c) ->
                  k.gate(
                      activation,
                      c ? gate.candidate() : gate.reference(),
                      c ? up.candidate() : up.reference(),
                      3));
          String what = seeded.label("gate 3 x " + columns + " of about " + deviation);
          twins.compare(what, gate, 4 * TOLERANCE, deviation / 10);
        }
      }
    }
  }

  private void rope(Seeded seeded) {
    double[] positions = {0, 1, 17, 2.5, 1023, 100_000, 1_000_003, 0.125, 4096};
    for (int size : twins.sizes(2, 8, 20, 32, 64, 80, 128, 256)) {
      for (int rotated : new int[] {size, Math.max(2, size / 4 * 2)}) {
        Rope rope = Rope.of(rotated, 10_000);
        rope(rope, new Heads(1, 3, size), positions, seeded, "of " + rotated);
      }
    }
    rope(
        new Rope(new double[] {1, 0.3, 0.01}, 1.25), new Heads(0, 5, 7), positions, seeded, "YaRN");
  }

  private void rope(Rope rope, Heads heads, double[] positions, Seeded seeded, String which) {
    try (Twins.Matrix x = twins.normal(seeded, positions.length + 3, 5 * heads.size(), 1)) {
      twins.run(
          (k, c) ->
              k.rope(
                  c ? x.candidate() : x.reference(), 2, positions.length, heads, rope, positions));
      String what = seeded.label("rope " + which + ", heads of " + heads.size());
      twins.compare(what, x, 4 * TOLERANCE, 0.1);
    }
  }
}

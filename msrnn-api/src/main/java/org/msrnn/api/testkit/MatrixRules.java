package org.msrnn.api.testkit;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/** Products with weights, plain and fused. */
final class MatrixRules {
  private static final int[] ROWS = {1, 3, 7, 8, 13, 31, 32, 33, 65, 257};
  private static final int[] COLUMNS = {1, 2, 3, 7, 8, 13, 31, 32, 33, 127, 255, 256, 257, 1023};
  private static final int[] BLOCKS = {1, 2, 3, 4, 5, 7, 8, 9, 17, 32};

  /** Rows as long as those of large models: kernels may take them in parts. */
  private static final int LONG = 5120;

  private static final int[] TOKENS = {1, 2, 3, 4, 5, 7, 8, 13, 33};

  private final Twins twins;

  MatrixRules(Twins twins) {
    this.twins = twins;
  }

  void addTo(List<Rule> rules, Seeded.Source source) {
    for (TensorType type : TensorType.values()) {
      rules.add(new Rule("matmul " + type, () -> sizes(type, source.get())));
      if (twins.quick && type != TensorType.Q8_0) {
        continue; // one format shows whether the fused kernels run
      }
      rules.add(
          new Rule("upload of parts that share memory, " + type, () -> parts(type, source.get())));
      rules.add(
          new Rule("matmul keeps what is not finite in " + type, () -> odd(type, source.get())));
      rules.add(new Rule("qkv is three products, " + type, () -> qkv(type, source.get())));
      for (Activation activation : Activation.values()) {
        rules.add(
            new Rule(
                "gated is two products and a gate, " + activation + " " + type,
                () -> gated(activation, type, source.get())));
      }
    }
  }

  private void sizes(TensorType type, Seeded seeded) {
    int turn = 0;
    for (int columns : twins.sizes(columns(type))) {
      for (int rows : new int[] {ROWS[turn % ROWS.length], 33}) {
        matmul(type, rows, columns, TOKENS[turn++ % TOKENS.length], seeded);
      }
    }
    int columns = type.blockSize() * 3;
    for (int rows : twins.sizes(ROWS)) {
      matmul(type, rows, columns, TOKENS[turn++ % TOKENS.length], seeded);
    }
    for (int tokens : twins.sizes(TOKENS)) {
      matmul(type, 35, columns, tokens, seeded);
    }
  }

  private static int[] columns(TensorType type) {
    int[] counts = type.blockSize() == 1 ? COLUMNS : BLOCKS;
    int[] all = Arrays.copyOf(counts, counts.length + 1);
    for (int i = 0; i < counts.length; i++) {
      all[i] *= type.blockSize();
    }
    all[counts.length] = type.blockSize() == 1 ? LONG + 1 : LONG;
    return all;
  }

  private void matmul(TensorType type, int rows, int columns, int tokens, Seeded seeded) {
    int first = tokens % 3;
    String what =
        seeded.label(
            "matmul "
                + type
                + " "
                + rows
                + " x "
                + columns
                + ", "
                + tokens
                + " rows from "
                + first);
    try (Twins.Weight w = twins.upload(seeded.tensor(type, rows, columns));
        Twins.Matrix x = twins.inputs(seeded, type, first + tokens, columns, 1);
        Twins.Matrix out = twins.marked(tokens + 2, rows + tokens % 2 * 3)) {
      Twins.that(
          w.candidate().rows() == rows && w.candidate().columns() == columns,
          what + ": the weights say " + w.candidate().rows() + " x " + w.candidate().columns());
      twins.run(
          (k, c) ->
              k.matmul(
                  c ? w.candidate() : w.reference(),
                  c ? x.candidate() : x.reference(),
                  first,
                  tokens,
                  c ? out.candidate() : out.reference()));
      twins.compare(what, out, Twins.sums(columns), Math.sqrt(columns) / 4);
    }
  }

  /** As from a file: what was read of a tensor before is overwritten by what is read next. */
  private void parts(TensorType type, Seeded seeded) {
    int columns = 2048;
    int rows = Tensor.partRows(type, Integer.MAX_VALUE, columns) + 77;
    Tensor all = seeded.tensor(type, rows, columns);
    long rowBytes = type.bytes(columns);
    MemorySegment room = MemorySegment.ofArray(new byte[Math.toIntExact(all.bytes())]);
    Tensor.Source source =
        (first, count) -> {
          room.fill((byte) 0x55);
          MemorySegment some = room.asSlice(0, count * rowBytes);
          return some.copyFrom(all.data().asSlice(first * rowBytes, count * rowBytes));
        };
    try (Twins.Weight w = twins.upload(new Tensor(all.name(), type, rows, columns, source));
        Twins.Matrix x = twins.inputs(seeded, type, 1, columns, 1);
        Twins.Matrix out = twins.marked(2, rows)) {
      twins.run(
          (k, c) ->
              k.matmul(
                  c ? w.candidate() : w.reference(),
                  c ? x.candidate() : x.reference(),
                  0,
                  1,
                  c ? out.candidate() : out.reference()));
      String what = seeded.label("matmul " + type + " " + rows + " x " + columns + ", in parts");
      twins.compare(what, out, Twins.sums(columns), Math.sqrt(columns) / 4);
    }
  }

  /** Infinities and NaN in a file show in the result: they are never turned into numbers. */
  private void odd(TensorType type, Seeded seeded) {
    byte[] infinity =
        switch (type) {
          case F32 -> new byte[] {0, 0, (byte) 0x80, 0x7f};
          case BF16 -> new byte[] {(byte) 0x80, 0x7f};
          default -> new byte[] {0, 0x7c};
        };
    int scale = type == TensorType.Q6_K ? 208 : 0; // where a block has it
    int columns = Math.max(96, type.blockSize());
    Tensor tensor = seeded.tensor(type, 19, columns);
    MemorySegment.copy(
        MemorySegment.ofArray(infinity),
        0,
        tensor.data(),
        type.bytes(7L * columns) + scale,
        infinity.length);
    for (int tokens : new int[] {1, 5}) {
      try (Twins.Weight w = twins.upload(tensor);
          Twins.Matrix x = twins.inputs(seeded, type, tokens, columns, 1);
          Twins.Matrix out = twins.marked(tokens, 19)) {
        twins.run(
            (k, c) ->
                k.matmul(
                    c ? w.candidate() : w.reference(),
                    c ? x.candidate() : x.reference(),
                    0,
                    tokens,
                    c ? out.candidate() : out.reference()));
        String what =
            seeded.label("matmul " + type + " 19 x " + columns + " with an infinity in row 7");
        twins.compare(what, out, Twins.sums(columns), Math.sqrt(columns) / 4);
      }
    }
  }

  private void qkv(TensorType type, Seeded seeded) {
    int columns = Math.max(96, type.blockSize());
    for (int[] rows : new int[][] {{33, 7, 7}, {8, 1, 3}, {96, 32, 32}, {257, 65, 65}}) {
      for (int tokens : new int[] {1, 2, 5}) {
        qkv(type, rows, columns, tokens, seeded);
      }
    }
  }

  private void qkv(TensorType type, int[] rows, int columns, int tokens, Seeded seeded) {
    String what =
        seeded.label(
            "qkv " + type + " " + rows[0] + ", " + rows[1] + ", " + rows[2] + " x " + columns + ", "
                + tokens + " rows");
    try (Twins.Weight wq = twins.upload(seeded.tensor(type, rows[0], columns));
        Twins.Weight wk = twins.upload(seeded.tensor(type, rows[1], columns));
        Twins.Weight wv = twins.upload(seeded.tensor(type, rows[2], columns));
        Twins.Matrix x = twins.inputs(seeded, type, tokens, columns, 1);
        Twins.Matrix q = twins.marked(tokens + 1, rows[0]);
        Twins.Matrix k = twins.marked(tokens + 1, rows[1]);
        Twins.Matrix v = twins.marked(tokens + 1, rows[2])) {
      twins
          .candidate
          .kernels()
          .qkv(
              wq.candidate(),
              wk.candidate(),
              wv.candidate(),
              x.candidate(),
              tokens,
              q.candidate(),
              k.candidate(),
              v.candidate());
      // the reference one by one: the plain meaning of the fused kernel
      twins.reference.kernels().matmul(wq.reference(), x.reference(), 0, tokens, q.reference());
      twins.reference.kernels().matmul(wk.reference(), x.reference(), 0, tokens, k.reference());
      twins.reference.kernels().matmul(wv.reference(), x.reference(), 0, tokens, v.reference());
      for (Twins.Matrix out : List.of(q, k, v)) {
        twins.compare(what, out, Twins.sums(columns), Math.sqrt(columns) / 4);
      }
    }
  }

  private void gated(Activation activation, TensorType type, Seeded seeded) {
    int columns = Math.max(64, type.blockSize());
    for (int rows : new int[] {1, 13, 33, 257}) {
      for (int tokens : new int[] {1, 3, 6}) {
        String what =
            seeded.label(
                "gated "
                    + activation
                    + " "
                    + type
                    + " "
                    + rows
                    + " x "
                    + columns
                    + ", "
                    + tokens
                    + " rows");
        try (Twins.Weight gates = twins.upload(seeded.tensor(type, rows, columns));
            Twins.Weight ups = twins.upload(seeded.tensor(type, rows, columns));
            Twins.Matrix x = twins.inputs(seeded, type, tokens, columns, 0.25);
            Twins.Matrix gate = twins.marked(tokens + 1, rows);
            Twins.Matrix up = twins.marked(tokens + 1, rows)) {
          twins
              .candidate
              .kernels()
              .gated(
                  activation,
                  gates.candidate(),
                  ups.candidate(),
                  x.candidate(),
                  tokens,
                  gate.candidate(),
                  up.candidate());
          twins
              .reference
              .kernels()
              .matmul(gates.reference(), x.reference(), 0, tokens, gate.reference());
          twins
              .reference
              .kernels()
              .matmul(ups.reference(), x.reference(), 0, tokens, up.reference());
          twins.reference.kernels().gate(activation, gate.reference(), up.reference(), tokens);
          // the gate is as steep as 1.1, and both factors bring an error
          twins.compare(what, gate, 4 * Twins.sums(columns), 1);
        }
      }
    }
  }
}

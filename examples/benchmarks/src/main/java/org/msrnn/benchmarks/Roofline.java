package org.msrnn.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Heads;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.backend.TensorType;
import org.msrnn.api.backend.Weights;
import org.msrnn.api.policy.Signals;
import org.msrnn.core.plugin.Catalog;

/**
 * Every kernel on several backends in one run: the bytes that it must move, the operations that it
 * must do, and what each backend reached of both, as a Markdown table. Sizes are those of a layer
 * of Llama-3.2-1B: 2,048 wide, 32 query and 8 KV heads of 64, 8,192 in the feed-forward network.
 *
 * <p>Arguments: backends, {@code cpu opencl} for example.
 */
public final class Roofline {
  private static final int WIDTH = 2048;
  private static final int FFN = 8192;
  private static final int HEADS = 32;
  private static final int KV_HEADS = 8;
  private static final int SIZE = 64;
  private static final int PROMPT = 256;
  private static final int ROUNDS = 5;
  private static final long ROUND_NANOS = 50_000_000;

  private final Backend backend;
  private final Kernels kernels;
  private final Data data = new Data();
  private final List<Case> cases = new ArrayList<>();

  /** A kernel at one size. */
  private record Case(String name, double bytes, double operations, Consumer<Kernels> run) {}

  private Roofline(String spec) {
    this.backend = Catalog.discover(List.of()).openBackend(spec);
    this.kernels = backend.kernels();
    matrices();
    rows();
    attention();
  }

  /** Runs it. */
  public static void main(String[] args) {
    List<Roofline> all = Arrays.stream(args).map(Roofline::new).toList();
    StringBuilder head = new StringBuilder("| kernel | MB | Mflop |");
    StringBuilder line = new StringBuilder("|---|---|---|");
    for (Roofline one : all) {
      head.append(' ').append(one.backend.description()).append(": us | GB/s | Gflop/s |");
      line.append("---|---|---|");
    }
    System.out.println(head + "\n" + line);
    for (int c = 0; c < all.getFirst().cases.size(); c++) {
      Case first = all.getFirst().cases.get(c);
      StringBuilder row = new StringBuilder();
      row.append(
          text("| %s | %.3f | %.2f |", first.name, first.bytes / 1e6, first.operations / 1e6));
      for (Roofline one : all) {
        double seconds = one.time(one.cases.get(c));
        row.append(
            text(
                " %.1f | %.2f | %.2f |",
                seconds * 1e6, first.bytes / seconds / 1e9, first.operations / seconds / 1e9));
      }
      System.out.println(row);
    }
    all.forEach(one -> one.backend.close());
  }

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  /**
   * Seconds of one call: the median of some rounds of as many calls as take a twentieth of a
   * second.
   */
  private double time(Case one) {
    float[] number = new float[1];
    Buffer waits = backend.allocate(1, 1);
    int calls = 1;
    long spent = 0;
    while (spent < ROUND_NANOS) {
      calls *= spent < ROUND_NANOS / 16 ? 4 : 2;
      spent = nanos(one, calls, waits, number);
    }
    double[] rounds = new double[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
      rounds[r] = nanos(one, calls, waits, number) / 1e9 / calls;
    }
    Arrays.sort(rounds);
    waits.close();
    return rounds[ROUNDS / 2];
  }

  private long nanos(Case one, int calls, Buffer waits, float[] number) {
    long start = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      one.run.accept(kernels);
    }
    kernels.read(waits, 0, 1, number); // kernels may run later than the call
    return System.nanoTime() - start;
  }

  private void matrices() {
    Buffer x = data.buffer(backend, PROMPT, WIDTH);
    Buffer out = backend.allocate(PROMPT, FFN);
    Buffer up = backend.allocate(PROMPT, FFN);
    Buffer q = backend.allocate(PROMPT, WIDTH);
    Buffer k = backend.allocate(PROMPT, KV_HEADS * SIZE);
    Buffer v = backend.allocate(PROMPT, KV_HEADS * SIZE);
    for (TensorType type :
        List.of(
            TensorType.F32,
            TensorType.F16,
            TensorType.Q8_0,
            TensorType.Q4_0,
            TensorType.Q4_K,
            TensorType.Q6_K)) {
      Weights w = backend.upload(data.tensor(type, FFN, WIDTH));
      for (int tokens : new int[] {1, 8, PROMPT}) {
        add(
            "matmul " + type + " 8192 x 2048, " + tokens + " tokens",
            type.bytes((long) FFN * WIDTH) + 4.0 * tokens * (FFN + WIDTH),
            2.0 * FFN * WIDTH * tokens,
            kernel -> kernel.matmul(w, x, 0, tokens, out));
      }
    }
    TensorType type = TensorType.Q8_0;
    Weights gate = backend.upload(data.tensor(type, FFN, WIDTH));
    Weights ups = backend.upload(data.tensor(type, FFN, WIDTH));
    add(
        "gated Q8_0 2 x 8192 x 2048, 1 token",
        2 * type.bytes((long) FFN * WIDTH) + 4.0 * (FFN + WIDTH),
        4.0 * FFN * WIDTH,
        kernel -> kernel.gated(Activation.SILU, gate, ups, x, 1, out, up));
    Weights wq = backend.upload(data.tensor(type, WIDTH, WIDTH));
    Weights wk = backend.upload(data.tensor(type, KV_HEADS * SIZE, WIDTH));
    Weights wv = backend.upload(data.tensor(type, KV_HEADS * SIZE, WIDTH));
    long qkv = (long) (WIDTH + 2 * KV_HEADS * SIZE) * WIDTH;
    add(
        "qkv Q8_0 (2048 + 512 + 512) x 2048, 1 token",
        type.bytes(qkv) + 4.0 * (2 * WIDTH + 2 * KV_HEADS * SIZE),
        2.0 * qkv,
        kernel -> kernel.qkv(wq, wk, wv, x, 1, q, k, v));
  }

  private void rows() {
    Buffer x = data.buffer(backend, PROMPT, WIDTH);
    Buffer y = data.buffer(backend, PROMPT, WIDTH);
    Buffer weight = data.buffer(backend, 1, WIDTH);
    Rope rope = Rope.of(SIZE, 10_000);
    double[] positions = new double[PROMPT];
    Arrays.setAll(positions, i -> 1000 + i);
    for (int tokens : new int[] {1, PROMPT}) {
      double numbers = (double) tokens * WIDTH;
      String size = ", " + tokens + (tokens == 1 ? " token" : " tokens");
      add(
          "rmsNorm 2048" + size,
          8 * numbers,
          4 * numbers,
          kernel -> kernel.rmsNorm(x, weight, 1e-5f, tokens, y));
      add("add 2048" + size, 12 * numbers, numbers, kernel -> kernel.add(y, x, tokens));
      add(
          "rope 32 heads of 64" + size,
          8 * numbers,
          3 * numbers,
          kernel -> kernel.rope(x, 0, tokens, new Heads(0, HEADS, SIZE), rope, positions));
    }
  }

  private void attention() {
    Buffer queries = data.buffer(backend, PROMPT, WIDTH);
    Buffer outputs = backend.allocate(PROMPT, WIDTH);
    Buffer keys = data.buffer(backend, PROMPT, KV_HEADS * SIZE);
    Buffer values = data.buffer(backend, PROMPT, KV_HEADS * SIZE);
    for (int states : new int[] {512, 4096}) {
      KvBuffer kv = backend.allocateKv(KV_HEADS, SIZE, states, KvType.F32);
      long[] positions = new long[states];
      Arrays.setAll(positions, i -> i);
      int[] slots = new int[PROMPT];
      for (int from = 0; from < states; from += PROMPT) {
        int first = from;
        Arrays.setAll(slots, i -> first + i);
        kernels.append(keys, values, 0, PROMPT, 0, kv, slots);
      }
      double bytes = 8.0 * states * KV_HEADS * SIZE;
      for (int rows : new int[] {1, PROMPT}) {
        AttentionCall call = call(queries, outputs, kv, positions, rows);
        add(
            "attend " + states + " states F32, 8 x 64, " + rows + " queries",
            bytes + 8.0 * rows * WIDTH,
            4.0 * rows * states * WIDTH,
            kernel -> kernel.attend(call));
      }
      AttentionCall tapped = call(queries, outputs, kv, positions, 1);
      tapped.tap = backend.allocate(1, states);
      tapped.tapRows = Signals.Rows.SET;
      add(
          "attend " + states + " states F32, 1 query, head mean observed",
          bytes + 8.0 * WIDTH + 4.0 * states,
          4.0 * states * WIDTH,
          kernel -> kernel.attend(tapped));
      if (states == 512) {
        int[] slot = {7};
        add(
            "append 1 state, 8 x 64 F32",
            16.0 * KV_HEADS * SIZE,
            0,
            kernel -> kernel.append(keys, values, 0, 1, 0, kv, slot));
      }
    }
  }

  private static AttentionCall call(
      Buffer queries, Buffer outputs, KvBuffer kv, long[] positions, int rows) {
    var slots = new FullSlots(positions.length, positions, null);
    AttentionCall call =
        new AttentionCall(
            queries, outputs, kv, slots, 0, HEADS / KV_HEADS, 0.125f, 0, Rope.of(SIZE, 10_000));
    call.rows = rows;
    call.firstPosition = positions.length;
    return call;
  }

  private void add(String name, double bytes, double operations, Consumer<Kernels> run) {
    cases.add(new Case(name, bytes, operations, run));
  }
}

package org.msrnn.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.backend.Activation;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.SlotView;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/**
 * Hot kernels are compiled to vector code that makes no objects. Each runs in cache on one thread,
 * beside a loop of single numbers in the same process, and has all the time that compiling takes on
 * a busy machine: it fails when it stays near that loop, where it should be ten times as fast or
 * more, or makes objects by the thousand. Runs in a JVM without coverage, which slows kernels down.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VectorCodeGateTest {
  private static final double LEAST_RATIO = 3;
  private static final long MOST_BYTES = 100_000;
  private static final long WARM_UP_NANOS = 500_000_000;
  private static final long PATIENCE_NANOS = 10_000_000_000L;
  private static final int ROWS = 64;
  private static final int COLUMNS = 512;
  private static final int TOKENS = 8;
  private static final int SLOTS = 128;
  private static final int HEAD_SIZE = 64;
  private static final int LOOKS = 30;

  private final Set<OffHeap> open = ConcurrentHashMap.newKeySet();
  private final WorkerPool alone = new WorkerPool(1);
  private final CpuKernels kernels = new CpuKernels(alone);
  private float kept;

  /** Multiplications a nanosecond of a loop that no compiler may turn into vector code. */
  private double products;

  /** Gates a nanosecond of a loop over {@code Math.exp}. */
  private double gates;

  @BeforeAll
  void measureSingleNumbers() {
    float[] a = numbers(4096);
    float[] b = numbers(4096);
    products = best(() -> kept = dot(a, b), a.length);
    gates = best(() -> silu(a, b), a.length);
  }

  @AfterAll
  void close() {
    alone.close();
    open.forEach(OffHeap::close);
  }

  private static float dot(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private void silu(float[] gate, float[] up) {
    float last = 0;
    for (int i = 0; i < gate.length; i++) {
      last += (float) (gate[i] / (1 + Math.exp(-gate[i]))) * up[i];
    }
    kept = last;
  }

  private static float[] numbers(int count) {
    Random random = new Random(count);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian() / 8;
    }
    return numbers;
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void aMatrixTimesAVector(TensorType type) {
    product(type, false, 1);
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void aMatrixTimesAMatrix(TensorType type) {
    product(type, false, TOKENS);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, TOKENS})
  void aMatrixTimesRoundedInputs(int tokens) {
    product(TensorType.Q8_0, true, tokens);
  }

  private void product(TensorType type, boolean rounds, int tokens) {
    byte[] bytes = new byte[Math.toIntExact(type.bytes((long) ROWS * COLUMNS))];
    Arrays.fill(bytes, (byte) 0x11); // a number that is normal in every format
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
      Tensor tensor = new Tensor("gate", type, ROWS, COLUMNS, data);
      FileRows[] lane = new FileRows[1];
      CpuWeights weights = PackTask.pack(tensor, Packing.of(type, rounds), alone, lane, open);
      CpuBuffer x = new CpuBuffer(tokens, COLUMNS);
      System.arraycopy(numbers(x.data.length), 0, x.data, 0, x.data.length);
      CpuBuffer out = new CpuBuffer(tokens, ROWS);
      check(
          type
              + (rounds ? " rounded" : "")
              + " times "
              + (tokens == 1 ? "vector" : tokens + " vectors"),
          () -> kernels.matmul(weights, x, 0, tokens, out),
          ROWS * COLUMNS * tokens,
          products);
    }
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void attentionOfOneQuery(KvType type) {
    attention(type, 1);
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void attentionOfAGroup(KvType type) {
    attention(type, 4);
  }

  private void attention(KvType type, int group) {
    try (CpuKv kv = new CpuKv(1, HEAD_SIZE, SLOTS, type, open)) {
      CpuBuffer queries = new CpuBuffer(1, group * HEAD_SIZE);
      CpuBuffer outputs = new CpuBuffer(1, group * HEAD_SIZE);
      var call = new AttentionCall(queries, outputs, kv, new FullSlots(), 0, group, 1, 0, null);
      call.firstPosition = SLOTS;
      call.rows = 1;
      check(
          type + " attention of " + group,
          () -> kernels.attend(call),
          2 * group * SLOTS * HEAD_SIZE,
          products);
    }
  }

  @Test
  void theGateAndItsExponential() {
    CpuBuffer gate = new CpuBuffer(1, COLUMNS);
    CpuBuffer up = new CpuBuffer(1, COLUMNS);
    check("gate", () -> kernels.gate(Activation.SILU, gate, up, 1), COLUMNS, gates);
  }

  private void check(String name, Runnable kernel, int work, double reference) {
    long start = System.nanoTime();
    double rate = 0;
    long bytes = Long.MAX_VALUE;
    while (System.nanoTime() - start < WARM_UP_NANOS
        || (rate < LEAST_RATIO * reference || bytes > MOST_BYTES)
            && System.nanoTime() - start < PATIENCE_NANOS) {
      rate = Math.max(rate, best(kernel, work));
      bytes = bytes(kernel);
    }
    rate = Math.max(rate, best(kernel, work));
    System.out.printf(
        "%-30s %7.2f a ns, %5.1f times single numbers, %d bytes a call%n",
        name, rate, rate / reference, bytes);
    assertThat(rate / reference)
        .as("%s: times the rate of single numbers", name)
        .isGreaterThan(LEAST_RATIO);
    assertThat(bytes).as("%s: bytes a call", name).isLessThanOrEqualTo(MOST_BYTES);
  }

  /** Work a nanosecond, the best of some looks. */
  private static double best(Runnable kernel, int work) {
    int calls = Math.max(1, 200_000 / work);
    double best = 0;
    for (int look = 0; look < LOOKS; look++) {
      long start = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        kernel.run();
      }
      best = Math.max(best, (double) calls * work / (System.nanoTime() - start));
    }
    return best;
  }

  /** Bytes that a call allocates. */
  private static long bytes(Runnable kernel) {
    int calls = 100;
    long before = allocated();
    for (int i = 0; i < calls; i++) {
      kernel.run();
    }
    return (allocated() - before) / calls;
  }

  /** By reflection: a test is part of its module, which has no business with jdk.management. */
  private static long allocated() {
    try {
      Object threads =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
      return (long)
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getCurrentThreadAllocatedBytes")
              .invoke(threads);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Slots that are all in use. */
  private static final class FullSlots implements SlotView {
    private final long[] positions = new long[SLOTS];

    FullSlots() {
      Arrays.setAll(positions, slot -> slot);
    }

    @Override
    public int extent() {
      return SLOTS;
    }

    @Override
    public int used() {
      return SLOTS;
    }

    @Override
    public long[] positions() {
      return positions;
    }

    @Override
    public double @Nullable [] rotations() {
      return null;
    }
  }
}

package org.msrnn.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.msrnn.api.BackendException;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.SlotView;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.api.backend.Weights;

class CpuBackendTest {

  @Test
  void buffersBeyondAnArrayAreRefused() {
    try (Backend backend = new CpuBackend(1, false)) {
      assertThatThrownBy(() -> backend.allocate(1 << 16, 1 << 16))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("65536 x 65536");
    }
  }

  @Test
  void memoryThatDoesNotExistIsRefused() {
    try (Backend backend = new CpuBackend(1, false)) {
      assertThatThrownBy(() -> backend.allocateKv(1 << 20, 1 << 14, 1 << 20, KvType.F32))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("keys");
    }
  }

  @Test
  void closingTheBackendGivesAllMemoryBack() {
    Backend backend = new CpuBackend(2, false);
    Weights weights = upload(backend, 40, 40, new Random(5));
    KvBuffer kv = backend.allocateKv(1, 8, 4, KvType.F32);
    Buffer x = backend.allocate(1, 40);
    backend.close();
    assertThatThrownBy(() -> backend.kernels().matmul(weights, x, 0, 1, backend.allocate(1, 40)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> backend.kernels().readState(kv, 0, 0, new float[8], new float[8]))
        .isInstanceOf(IllegalStateException.class);
    backend.close();
    weights.close();
    kv.close();
  }

  @Test
  void slotsBeyondTheCapacityAreRefused() {
    try (Backend backend = new CpuBackend(1, false);
        KvBuffer kv = backend.allocateKv(1, 8, 5, KvType.F32)) {
      float[] state = new float[8];
      for (int slot : new int[] {-1, 5, 8, 1000}) {
        assertThatThrownBy(() -> backend.kernels().writeState(state, state, kv, 0, slot))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
    }
  }

  @Test
  void aStoreTakesWholeTilesAndNoMore() {
    try (Backend backend = new CpuBackend(1, false);
        KvBuffer kv = backend.allocateKv(2, 8, 1, KvType.F32)) {
      for (int capacity : new int[] {64, 65, 257, 250, 1_000}) {
        kv.reserve(capacity);
      }
      int tile = 2 * Simd.WIDTH;
      int slots = (1_000 + tile - 1) / tile * tile;
      long keys = KvType.F32.bytes(2L * slots, 8);
      long values = KvType.F32.bytes(2L * slots, tile);
      assertThat(kv.capacity()).isEqualTo(1_000);
      assertThat(kv.bytes()).isEqualTo(keys + values);
    }
  }

  @Test
  void tensorsOfOneThreadAreUploaded() {
    try (Backend backend = new CpuBackend(3, false);
        Arena confined = Arena.ofConfined()) {
      MemorySegment data = confined.allocate(4L * 100 * 7, 4);
      data.set(ValueLayout.JAVA_FLOAT, 4L * (99 * 7 + 6), 2.5f);
      Weights weights = backend.upload(new Tensor("w", TensorType.F32, 100, 7, data));
      Buffer out = backend.allocate(1, 7);
      backend.kernels().embed(weights, new int[] {99}, 0, 1, out);
      float[] row = new float[7];
      backend.kernels().read(out, 0, 7, row);
      assertThat(row).containsExactly(0, 0, 0, 0, 0, 0, 2.5f);
    }
  }

  @Test
  void aPartThatCannotBeReadLeavesNothingBehind() {
    int columns = 1 << 14;
    Tensor.Source cut =
        (first, count) -> {
          if (first > 0) {
            throw new IllegalStateException("cut");
          }
          return MemorySegment.ofArray(new int[count * columns]);
        };
    Tensor tensor = new Tensor("w", TensorType.F32, 100, columns, cut);
    Set<OffHeap> open = ConcurrentHashMap.newKeySet();
    try (WorkerPool pool = new WorkerPool(2)) {
      Packing packing = Packing.of(TensorType.F32, false);
      assertThatThrownBy(() -> PackTask.pack(tensor, packing, pool, new FileRows[2], open))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("cut");
    }
    assertThat(tensor.parts()).hasSize(2);
    assertThat(open).isEmpty();
  }

  @Test
  void everyNumberOfThreadsGivesTheSameBits() {
    float[][] alone = forward(1);
    for (int threads : new int[] {2, 3, 7}) {
      assertThat(forward(threads)).as("%d threads", threads).isDeepEqualTo(alone);
    }
  }

  /** A product of one row, one of five, and attention of both, with fixed data. */
  private static float[][] forward(int threads) {
    Random random = new Random(11);
    try (Backend backend = new CpuBackend(threads, false)) {
      Kernels k = backend.kernels();
      Weights weights = upload(backend, 640, 640, random);
      Buffer x = backend.allocate(5, 640);
      for (int r = 0; r < 5; r++) {
        k.write(numbers(640, random), x, r);
      }
      Buffer one = backend.allocate(1, 640);
      Buffer five = backend.allocate(5, 640);
      k.matmul(weights, x, 0, 1, one);
      k.matmul(weights, x, 0, 5, five);
      KvBuffer kv = backend.allocateKv(3, 32, 200, KvType.F32);
      for (int s = 0; s < 200; s++) {
        for (int h = 0; h < 3; h++) {
          k.writeState(numbers(32, random), numbers(32, random), kv, h, s);
        }
      }
      Buffer attended = backend.allocate(5, 640);
      AttentionCall call =
          new AttentionCall(five, attended, kv, new Dense(200), 0, 4, 0.2f, 0, null);
      call.rows = 5;
      call.firstPosition = 195;
      k.attend(call);
      float[][] all = new float[6][640];
      k.read(one, 0, 640, all[5]);
      for (int r = 0; r < 5; r++) {
        k.read(attended, r, 640, all[r]);
      }
      return all;
    }
  }

  private record Dense(int extent) implements SlotView {
    @Override
    public int used() {
      return extent;
    }

    @Override
    public long[] positions() {
      long[] positions = new long[extent];
      Arrays.setAll(positions, i -> i);
      return positions;
    }

    @Override
    public double @Nullable [] rotations() {
      return null;
    }
  }

  private static Weights upload(Backend backend, int rows, int columns, Random random) {
    float[] numbers = numbers(rows * columns, random);
    return backend.upload(
        new Tensor("w", TensorType.F32, rows, columns, MemorySegment.ofArray(numbers)));
  }

  private static float[] numbers(int count, Random random) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }
}

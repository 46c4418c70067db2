package org.msrnn.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.SlotView;
import org.msrnn.core.reference.PlainBackend;

/** The slot space against a plain list, over random histories. */
class SlotSpaceTest {
  private final PlainBackend backend = new PlainBackend();
  private final Kernels kernels = backend.kernels();

  private SlotSpace space(int budget) {
    return new SlotSpace(
        backend, new SlotSpace.Shape(2, 3, KvType.F32), 1, -1, budget, 2, 3, false);
  }

  @Test
  void entriesStayInPositionOrderAndKeepWhatIsTheirs() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      SlotSpace space = space(1 + random.nextInt(20));
      List<Long> model = new ArrayList<>();
      long position = 0;
      for (int step = 0; step < 80; step++) {
        int more = 1 + random.nextInt(6);
        space.reserve(more, 1_000);
        for (int i = 0; i < more; i++, position++) {
          int slot = space.append((int) position + 7, position);
          float p = position;
          for (int h = 0; h < 2; h++) {
            kernels.writeState(
                new float[] {p, h, 1}, new float[] {p + 0.5f, h, 2}, space.kv, h, slot);
          }
          space.column(0)[space.size() - 1] += position;
          space.column(1)[space.size() - 1] += 2 * position;
          model.add(position);
        }
        int drop = random.nextInt(model.size() + 1);
        int[] victims = random.ints(0, model.size()).distinct().limit(drop).sorted().toArray();
        space.evict(victims, drop);
        for (int i = drop - 1; i >= 0; i--) {
          model.remove(victims[i]);
        }
        if (random.nextInt(20) == 0) {
          space.compact(backend, space.size() + 1 + random.nextInt(3));
        }
        if (random.nextInt(20) == 0) {
          space.shrink(backend, space.extent() + 1 + random.nextInt(3));
        }
        check(space, model, seed);
      }
    }
  }

  private void check(SlotSpace space, List<Long> model, long seed) {
    assertThat(space.size()).as("seed %d", seed).isEqualTo(model.size());
    float[] key = new float[3];
    float[] value = new float[3];
    for (int e = 0; e < model.size(); e++) {
      long position = model.get(e);
      assertThat(space.position(e)).as("seed %d", seed).isEqualTo(position);
      assertThat(space.positions()[space.slot(e)]).isEqualTo(position);
      assertThat(space.column(0)[e]).isEqualTo(position);
      assertThat(space.column(1)[e]).isEqualTo(2 * position);
      kernels.readState(space.kv, 1, space.slot(e), key, value);
      assertThat(key).containsExactly(position, 1, 1);
      assertThat(value).containsExactly(position + 0.5f, 1, 2);
    }
    long inUse =
        Arrays.stream(space.positions(), 0, space.extent()).filter(p -> p != SlotView.FREE).count();
    assertThat(inUse).isEqualTo(space.used());
    assertThat(space.extent()).isLessThanOrEqualTo(space.kv.capacity());
  }

  @Test
  void aFreedSlotIsTakenByTheNextState() {
    SlotSpace space = space(4);
    space.reserve(5, 5);
    for (int p = 0; p < 5; p++) {
      assertThat(space.append(0, p)).isEqualTo(p);
    }
    space.evict(new int[] {2}, 1);
    assertThat(space.append(0, 5)).isEqualTo(2);
    assertThat(space.extent()).isEqualTo(space.used()).isEqualTo(5);
  }

  @Test
  void capacityStopsAtTheBudgetAndOneMore() {
    SlotSpace space = space(100);
    for (int p = 0; p < 101; p++) {
      space.reserve(1, 101);
      space.append(0, p);
    }
    assertThat(space.kv.capacity()).isEqualTo(101);
  }
}

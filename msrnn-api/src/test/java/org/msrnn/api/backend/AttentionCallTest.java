package org.msrnn.api.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.msrnn.api.policy.Signals;

class AttentionCallTest {
  private AttentionCall call;

  @BeforeEach
  void open() {
    Buffer rows = new Rows(1, 24);
    call = new AttentionCall(rows, rows, new Kv(3, 4, 8), new Slots(), 0, 2, 0.5f, 0, null);
  }

  @Test
  void theQueryAndAllBeforeItAreVisible() {
    assertThat(call.visible(0, 0)).isTrue();
    assertThat(call.visible(0, Long.MAX_VALUE - 1)).isTrue();
    assertThat(call.visible(41, 41)).isTrue();
    assertThat(call.visible(42, 41)).isFalse();
    assertThat(call.visible(SlotView.FREE, 41)).isFalse();
  }

  @Test
  void aWindowReachesBackToItsLastPositionAndNotBeyond() {
    call.window = 3;

    assertThat(call.visible(10, 10)).isTrue();
    assertThat(call.visible(8, 10)).isTrue();
    assertThat(call.visible(7, 10)).isFalse();
    assertThat(call.visible(0, 10)).isFalse();
    call.window = 1;
    assertThat(call.visible(10, 10)).isTrue();
    assertThat(call.visible(9, 10)).isFalse();
  }

  @Test
  void sinksAreVisibleAtAnyDistanceButNotBeforeTheirTime() {
    call.window = 3;
    call.sinks = 2;

    assertThat(call.visible(0, 1_000_000)).isTrue();
    assertThat(call.visible(1, 1_000_000)).isTrue();
    assertThat(call.visible(2, 1_000_000)).isFalse();
    assertThat(call.visible(1, 0)).isFalse();
    assertThat(call.visible(SlotView.FREE, 5)).isFalse();
  }

  @Test
  void theTapHasARowForEachThingThatIsAskedFor() {
    assertThat(tapCount(Signals.Rows.NONE)).isZero();
    assertThat(tapCount(Signals.Rows.SET)).isEqualTo(1);
    assertThat(tapCount(Signals.Rows.KV_HEADS)).isEqualTo(3);
    assertThat(tapCount(Signals.Rows.QUERY_HEADS)).isEqualTo(6);
  }

  private int tapCount(Signals.Rows rows) {
    call.tapRows = rows;
    return call.tapCount();
  }

  @Test
  void plainRotationFrequenciesFallFromOneByTheBase() {
    Rope rope = Rope.of(4, 10_000);

    assertThat(rope.pairs()).isEqualTo(2);
    assertThat(rope.frequency(0)).isEqualTo(1);
    assertThat(rope.frequency(1)).isEqualTo(0.01);
    assertThat(rope.magnitude()).isEqualTo(1);
    assertThat(Rope.of(2, 500_000).pairs()).isEqualTo(1);
  }

  @Test
  void aRotationDoesNotChangeWithTheArrayItCameFrom() {
    double[] frequencies = {3, 4};
    Rope rope = new Rope(frequencies, 1);
    frequencies[0] = 99;

    assertThat(rope.frequency(0)).isEqualTo(3);
  }

  @Test
  void storedStatesTakeWholeBytes() {
    assertThat(KvType.F32.bytes(3, 11)).isEqualTo(132);
    assertThat(KvType.F16.bytes(1, 33)).isEqualTo(66);
    assertThat(KvType.BF16.bytes(1, 1)).isEqualTo(2);
    assertThat(KvType.Q8_0.bytes(1, 32)).isEqualTo(34);
    assertThat(KvType.Q8_0.bytes(2, 64)).isEqualTo(2 * 68);
    assertThat(KvType.Q8_0.bytes(5, 80)).isEqualTo(5 * 86);
    assertThat(KvType.Q8_0.bytes(0, 64)).isZero();
  }

  private record Rows(int rows, int columns) implements Buffer {
    @Override
    public void close() {}
  }

  private record Kv(int heads, int headSize, int capacity) implements KvBuffer {
    @Override
    public KvType type() {
      return KvType.F32;
    }

    @Override
    public void reserve(int more) {}

    @Override
    public long bytes() {
      return type().bytes(2L * heads * capacity, headSize);
    }

    @Override
    public void close() {}
  }

  private static final class Slots implements SlotView {
    @Override
    public int extent() {
      return 1;
    }

    @Override
    public int used() {
      return 1;
    }

    @Override
    public long[] positions() {
      return new long[1];
    }

    @Override
    public double @Nullable [] rotations() {
      return null;
    }
  }
}

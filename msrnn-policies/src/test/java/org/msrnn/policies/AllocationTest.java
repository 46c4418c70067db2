package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.SetShape;

/** A step of a policy allocates nothing, so that a stream of any length leaves no garbage. */
class AllocationTest {
  private static final int SIZE = 65;
  private static final int HEAD_SIZE = 4;
  private static final int STEPS = 2_000;
  private static final int MOST_ROUNDS = 20; // the first run code that is not compiled yet
  private static final Rope ROPE = Rope.of(HEAD_SIZE, 10_000);

  /** What the measurement itself takes; an object a step would be 16 bytes each. */
  private static final long SLACK = 4_000;

  static final List<String> SPECS = Policies.SPECS;

  @ParameterizedTest
  @FieldSource("SPECS")
  void aStepAllocatesNothing(String spec) throws ReflectiveOperationException {
    EvictionPolicy policy = Policies.create(spec);
    FixedSet set = new FixedSet(policy);
    double[] scores = new double[SIZE];
    long bytes = Long.MAX_VALUE;
    for (int round = 0; round < MOST_ROUNDS && bytes >= SLACK; round++) {
      long before = allocated();
      run(policy, set, scores);
      bytes = allocated() - before;
    }

    assertThat(Arrays.stream(scores).allMatch(Double::isFinite)).isTrue();
    assertThat(bytes).as("bytes allocated by %d steps of %s", STEPS, spec).isLessThan(SLACK);
  }

  private static void run(EvictionPolicy policy, FixedSet set, double[] scores) {
    boolean rows = policy.observes().lastQueries() > 0;
    for (int step = 0; step < STEPS; step++) {
      if (rows) {
        policy.observe(set, set);
      }
      policy.score(set, scores);
    }
  }

  /**
   * Bytes allocated by this thread. By reflection, because a test is part of its module, and the
   * module has no business with java.management.
   */
  private static long allocated() throws ReflectiveOperationException {
    Object threads =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    Class<?> bean = Class.forName("com.sun.management.ThreadMXBean");
    assumeTrue(bean.isInstance(threads), "this JVM does not count allocated bytes by thread");
    Method count = bean.getMethod("getCurrentThreadAllocatedBytes");
    return (long) count.invoke(threads);
  }

  /** A full set and its rows, made once. */
  private static final class FixedSet implements KvSet, AttentionRow {
    private final SetShape shape = new SetShape(1, 1, HEAD_SIZE);
    private final double[][] columns;
    private final double[] memory;
    private final float[] scratch = new float[HEAD_SIZE];
    private final float[] row = new float[SIZE];

    FixedSet(EvictionPolicy policy) {
      this.columns = new double[policy.columns(shape)][SIZE];
      this.memory = new double[policy.memory(shape)];
      Arrays.fill(row, 1f / SIZE);
    }

    @Override
    public int layer() {
      return 0;
    }

    @Override
    public int kvHead() {
      return 0;
    }

    @Override
    public int kvHeads() {
      return 1;
    }

    @Override
    public int group() {
      return 1;
    }

    @Override
    public SetShape shape() {
      return shape;
    }

    @Override
    public int size() {
      return SIZE;
    }

    @Override
    public int budget() {
      return SIZE - 1;
    }

    @Override
    public long position(int entry) {
      return entry;
    }

    @Override
    public int token(int entry) {
      return entry;
    }

    @Override
    public boolean pinned(int entry) {
      return false;
    }

    @Override
    public double[] memory() {
      return memory;
    }

    @Override
    public @Nullable Rope rope() {
      return ROPE;
    }

    @Override
    public boolean rotated() {
      return true;
    }

    @Override
    public float[] scratch() {
      return scratch;
    }

    @Override
    public long queries() {
      return SIZE;
    }

    @Override
    public double[] column(int column) {
      return columns[column];
    }

    @Override
    public double random(int entry) {
      return entry * 0x1p-10;
    }

    @Override
    public int headSize() {
      return HEAD_SIZE;
    }

    @Override
    public void key(int head, int entry, float[] into) {
      fill(into, entry);
    }

    @Override
    public void value(int head, int entry, float[] into) {
      fill(into, -entry);
    }

    @Override
    public void query(int head, float[] into) {
      fill(into, head);
    }

    private static void fill(float[] into, int from) {
      for (int i = 0; i < HEAD_SIZE; i++) {
        into[i] = (float) Math.sin(from + i);
      }
    }

    @Override
    public long queryPosition() {
      return SIZE - 1;
    }

    @Override
    public int rows() {
      return 1;
    }

    @Override
    public float[] row(int index) {
      return row;
    }
  }
}

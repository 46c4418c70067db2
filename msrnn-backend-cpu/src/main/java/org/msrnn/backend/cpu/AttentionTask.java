package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.AttentionCall;

/**
 * Attention over slots. An item is up to four queries that read one KV head: members of its group,
 * of one row or of neighbouring rows. Items need nothing of each other, so rows of a causal call
 * run side by side; the order of sums within an item is the same for every number of threads.
 *
 * <p>The softmax weights of a row are written out, which costs little at the sizes of a bounded
 * state, and lets a policy observe them.
 */
final class AttentionTask implements WorkerPool.Task {
  /** Multiplications that are worth a chunk of their own: some microseconds, as waking a thread. */
  private static final long CHUNK_WORK = 1 << 17;

  private static final int CHUNKS_A_THREAD = 8;

  private final Scratch[] scratches;
  private final RotatedKeys rotated = new RotatedKeys();
  private final Tap tap = new Tap();
  private @Nullable AttentionCall call;
  private long number;
  private boolean rotates;

  /** Slots, rounded up to whole vectors. */
  private int stride;

  private int rowsAnItem;
  private int itemsAHead;
  private int items;
  private int itemsAChunk;

  /** Scores of all heads of one row, for taps; items of other calls use scratch. */
  private float[] scores = {};

  AttentionTask(Scratch[] scratches) {
    this.scratches = scratches;
  }

  void run(AttentionCall of, Scratch scratch, WorkerPool pool) {
    if (of.tap != null && of.rows != 1) {
      throw new IllegalArgumentException("a tap on " + of.rows + " rows, 1 is allowed");
    }
    call = of;
    number++;
    stride = Simd.padded(of.slots.extent());
    plan(of, pool.threads());
    double[] rotations = of.slots.rotations();
    rotates = rotations != null;
    if (rotations != null) {
      rotated.prepare(of, rotations, scratch, pool);
    }
    if (of.tap != null) {
      int heads = of.kv.heads() * of.group;
      scores = Scratch.atLeast(scores, (long) heads * stride);
      tap.prepare(of, stride);
    }
    pool.run(this, (items + itemsAChunk - 1) / itemsAChunk);
    if (of.tap != null) {
      tap.reduce(of, scores, stride);
    }
    call = null;
  }

  private void plan(AttentionCall of, int threads) {
    int most = of.group == 1 || of.group == 3 ? 4 : of.group == 2 ? 2 : 1; // to fill whole items
    rowsAnItem = Math.min(of.rows, most);
    itemsAHead = (rowsAnItem * of.group + AttentionItem.MOST - 1) / AttentionItem.MOST;
    int blocks = (of.rows + rowsAnItem - 1) / rowsAnItem;
    items = Math.multiplyExact(blocks, of.kv.heads() * itemsAHead);
    long work = 2L * of.rows * of.kv.heads() * of.group * stride * of.kv.headSize();
    long chunks = Math.min(work / CHUNK_WORK, (long) CHUNKS_A_THREAD * threads);
    chunks = Math.clamp(chunks, 1, Math.max(1, items));
    itemsAChunk = (int) ((items + chunks - 1) / chunks);
  }

  @Override
  public void run(int chunk, int lane) {
    AttentionCall of = Objects.requireNonNull(call);
    int to = Math.min(items, (chunk + 1) * itemsAChunk);
    for (int item = chunk * itemsAChunk; item < to; item++) {
      // heads are inside rows: what a row sees is looked up once
      int part = item % itemsAHead;
      int head = item / itemsAHead % of.kv.heads();
      int row = item / itemsAHead / of.kv.heads() * rowsAnItem;
      attend(of, row, head, part * AttentionItem.MOST, scratches[lane]);
    }
  }

  private void attend(AttentionCall of, int row, int head, int first, Scratch scratch) {
    int rows = Math.min(rowsAnItem, of.rows - row);
    int queries = Math.min(AttentionItem.MOST, rows * of.group - first);
    if (queries <= 0) {
      return; // the last rows are fewer
    }
    boolean shared = of.tap != null;
    AttentionItem item = scratch.item;
    item.place(of, head, first, queries, row, stride, shared ? head * of.group + first : 0);
    Visibility seen = scratch.visibility;
    seen.look(this, number, of, row, rows, stride);
    if (!shared) {
      scratch.scores = Scratch.atLeast(scratch.scores, (long) AttentionItem.MOST * stride);
    }
    float[] s = shared ? scores : scratch.scores;
    for (int i = 0; i < seen.tileRunCount; i++) {
      products(of, item, seen.tileRuns[2 * i], seen.tileRuns[2 * i + 1], s);
    }
    for (int i = 0; i < queries; i++) {
      softmax(of, item, i, seen, s);
    }
    sums(of, item, seen, s, scratch);
  }

  private void products(AttentionCall of, AttentionItem item, int from, int to, float[] s) {
    if (rotates) {
      products(of, item, rotated.memory(), rotated.at(item.kvHead, from), from, to - from, s);
      return;
    }
    CpuKv kv = (CpuKv) of.kv;
    for (CpuKv.Chunk chunk : kv.chunks) {
      int start = Math.max(from, chunk.firstTile());
      int end = Math.min(to, chunk.firstTile() + chunk.tiles());
      if (start < end) {
        long at = kv.keysAt(chunk, item.kvHead, start);
        products(of, item, chunk.keys(), at, start, end - start, s);
      }
    }
  }

  private static void products(
      AttentionCall of,
      AttentionItem item,
      MemorySegment keys,
      long at,
      int tile,
      int tiles,
      float[] s) {
    float[] q = ((CpuBuffer) of.queries).data;
    int size = of.kv.headSize();
    int slot = tile * Simd.WIDTH;
    int[] from = item.query;
    int[] to = item.score;
    if (item.count <= 2) {
      AttentionKernels.scores2(
          keys, at, tiles, size, q, from[0], from[1], s, to[0] + slot, to[1] + slot);
    } else {
      AttentionKernels.scores4(
          keys,
          at,
          tiles,
          size,
          q,
          from[0],
          from[1],
          from[2],
          from[3],
          s,
          to[0] + slot,
          to[1] + slot,
          to[2] + slot,
          to[3] + slot);
    }
  }

  private void softmax(AttentionCall of, AttentionItem item, int i, Visibility seen, float[] s) {
    int at = item.score[i];
    int[] runs = seen.tileRuns;
    float most = Float.NEGATIVE_INFINITY;
    for (int r = 0; r < seen.tileRunCount; r++) {
      int from = runs[2 * r] * Simd.WIDTH;
      int to = runs[2 * r + 1] * Simd.WIDTH;
      float one =
          AttentionKernels.logits(s, at, from, to, seen.masks, item.mask[i], of.scale, of.softCap);
      most = Math.max(most, one);
    }
    if (of.tap != null) {
      clearOutside(seen, s, at);
      if (of.tapLogits) {
        tap.keepLogits(s, at, stride);
      }
    }
    float sum = 0;
    for (int r = 0; r < seen.tileRunCount; r++) {
      int from = runs[2 * r] * Simd.WIDTH;
      sum += AttentionKernels.exponentials(s, at, from, runs[2 * r + 1] * Simd.WIDTH, most);
    }
    for (int r = 0; r < seen.tileRunCount; r++) {
      int from = runs[2 * r] * Simd.WIDTH;
      RowKernels.scale(s, at + from, runs[2 * r + 1] * Simd.WIDTH - from, 1 / sum);
    }
  }

  /** Weight 0 where no kernel has been. */
  private void clearOutside(Visibility seen, float[] s, int at) {
    int end = 0;
    for (int r = 0; r < seen.tileRunCount; r++) {
      Arrays.fill(s, at + end, at + seen.tileRuns[2 * r] * Simd.WIDTH, 0);
      end = seen.tileRuns[2 * r + 1] * Simd.WIDTH;
    }
    Arrays.fill(s, at + end, at + stride, 0);
  }

  private static void sums(
      AttentionCall of, AttentionItem item, Visibility seen, float[] w, Scratch scratch) {
    CpuKv kv = (CpuKv) of.kv;
    int wide = kv.valueStride;
    scratch.sums = Scratch.atLeast(scratch.sums, (long) AttentionItem.MOST * wide);
    Arrays.fill(scratch.sums, 0, AttentionItem.MOST * wide, 0);
    for (int r = 0; r < seen.runCount; r++) {
      for (CpuKv.Chunk chunk : kv.chunks) {
        int first = chunk.firstTile() * Simd.WIDTH;
        int from = Math.max(seen.runs[2 * r], first);
        int to = Math.min(seen.runs[2 * r + 1], first + chunk.tiles() * Simd.WIDTH);
        if (from < to) {
          values(kv, chunk, item, from, to, w, scratch.sums);
        }
      }
    }
    float[] out = ((CpuBuffer) of.outputs).data;
    for (int i = 0; i < item.count; i++) {
      System.arraycopy(scratch.sums, item.sum[i], out, item.output[i], kv.headSize());
    }
  }

  private static void values(
      CpuKv kv, CpuKv.Chunk chunk, AttentionItem item, int from, int to, float[] w, float[] sums) {
    long at = kv.valueAt(chunk, item.kvHead, from);
    int[] weights = item.score;
    int[] sum = item.sum;
    int wide = kv.valueStride;
    if (item.count <= 2) {
      AttentionKernels.values2(
          chunk.values(), at, from, to, wide, w, weights[0], weights[1], sums, sum[0], sum[1]);
    } else {
      AttentionKernels.values4(
          chunk.values(),
          at,
          from,
          to,
          wide,
          w,
          weights[0],
          weights[1],
          weights[2],
          weights[3],
          sums,
          sum[0],
          sum[1],
          sum[2],
          sum[3]);
    }
  }
}

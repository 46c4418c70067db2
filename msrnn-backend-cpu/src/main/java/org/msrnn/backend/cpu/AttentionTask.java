package org.msrnn.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.AttentionCall;

/**
 * Attention over slots. An item is some queries that read one KV head: members of its group, of one
 * row or of neighbouring rows. Items need nothing of each other, so rows of a causal call run side
 * by side; the order of sums within an item is the same for every number of threads.
 *
 * <p>The softmax weights of a row are written out, which costs little at the sizes of a bounded
 * state, and lets a policy observe them.
 */
final class AttentionTask implements WorkerPool.Task {
  /** Multiplications that are worth a chunk of their own: some microseconds, as waking a thread. */
  private static final long CHUNK_WORK = 1 << 17;

  /** Tiles that stay in the nearest cache. */
  private static final int TILES = 4;

  private static final int CHUNKS_A_THREAD = 8;

  /** Rows are taken together as long as this many items are left to share among threads. */
  private static final int LEAST_ITEMS = 16;

  private final Scratch[] scratches;
  private final RotatedKeys rotated = new RotatedKeys();
  private final Tap tap = new Tap();
  private @Nullable AttentionCall call;
  private long number;
  private boolean rotates;

  /** Slots, rounded up to whole tiles. */
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
    int tile = ((CpuKv) of.kv).tileSlots;
    stride = (of.slots.extent() + tile - 1) / tile * tile;
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
    int together = Math.min(AttentionItem.MOST / of.group, of.rows * of.kv.heads() / LEAST_ITEMS);
    rowsAnItem = Math.clamp(together, 1, of.rows);
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
    int tile = ((CpuKv) of.kv).tileSlots;
    for (int i = 0; i < seen.tileRunCount; i++) {
      products(of, item, seen.tileRuns[2 * i], seen.tileRuns[2 * i + 1], s);
    }
    for (int i = 0; i < queries; i++) {
      softmax(of, item, i, seen, tile, s);
    }
    sums(of, item, seen, s, scratch);
  }

  private void products(AttentionCall of, AttentionItem item, int from, int to, float[] s) {
    CpuKv kv = (CpuKv) of.kv;
    for (int i = 0; i < item.count; i++) {
      int at = item.score[i];
      Arrays.fill(s, at + from * kv.tileSlots, at + to * kv.tileSlots, 0);
    }
    if (rotates) {
      KvPacking floats = RotatedKeys.PACKING;
      int each = kv.tileSlots / floats.group();
      MemorySegment keys = rotated.memory();
      long at = rotated.at(item.kvHead, from);
      products(of, item, floats, keys, at, from * kv.tileSlots, (to - from) * each, s);
      return;
    }
    for (CpuKv.Chunk chunk : kv.chunks) {
      int start = Math.max(from, chunk.firstTile());
      int end = Math.min(to, chunk.firstTile() + chunk.tiles());
      // a few tiles at a time: what the first four queries read is near for the next four
      for (int tile = start; tile < end; tile += TILES) {
        long at = kv.keysAt(chunk, item.kvHead, tile);
        int count = Math.min(TILES, end - tile);
        products(of, item, kv.packing, chunk.keys(), at, tile * kv.tileSlots, count, s);
      }
    }
  }

  private static void products(
      AttentionCall of,
      AttentionItem item,
      KvPacking packing,
      MemorySegment keys,
      long at,
      int slot,
      int tiles,
      float[] s) {
    float[] q = ((CpuBuffer) of.queries).data;
    int size = of.kv.headSize();
    int[] from = item.query;
    int[] to = item.score;
    int i = 0;
    for (; i < item.count - 2; i += 4) {
      packing.scores4(
          keys,
          at,
          tiles,
          size,
          q,
          from[i],
          from[i + 1],
          from[i + 2],
          from[i + 3],
          s,
          to[i] + slot,
          to[i + 1] + slot,
          to[i + 2] + slot,
          to[i + 3] + slot);
    }
    for (; i < item.count; i++) {
      packing.scores1(keys, at, tiles, size, q, from[i], s, to[i] + slot);
    }
  }

  private void softmax(
      AttentionCall of, AttentionItem item, int i, Visibility seen, int tile, float[] s) {
    int at = item.score[i];
    int[] runs = seen.tileRuns;
    float most = Float.NEGATIVE_INFINITY;
    for (int r = 0; r < seen.tileRunCount; r++) {
      int from = runs[2 * r] * tile;
      int to = runs[2 * r + 1] * tile;
      float one =
          AttentionKernels.logits(s, at, from, to, seen.masks, item.mask[i], of.scale, of.softCap);
      most = Math.max(most, one);
    }
    if (of.tap != null) {
      clearOutside(seen, tile, s, at);
      if (of.tapLogits) {
        tap.keepLogits(s, at, stride);
      }
    }
    float sum = 0;
    for (int r = 0; r < seen.tileRunCount; r++) {
      sum += AttentionKernels.exponentials(s, at, runs[2 * r] * tile, runs[2 * r + 1] * tile, most);
    }
    if (of.tap != null) {
      RowKernels.scale(s, at, stride, 1 / sum);
    }
    item.factor[i] = of.tap == null ? 1 / sum : 1;
  }

  /** Weight 0 where no kernel has been. */
  private void clearOutside(Visibility seen, int tile, float[] s, int at) {
    int end = 0;
    for (int r = 0; r < seen.tileRunCount; r++) {
      Arrays.fill(s, at + end, at + seen.tileRuns[2 * r] * tile, 0);
      end = seen.tileRuns[2 * r + 1] * tile;
    }
    Arrays.fill(s, at + end, at + stride, 0);
  }

  private static void sums(
      AttentionCall of, AttentionItem item, Visibility seen, float[] w, Scratch scratch) {
    CpuKv kv = (CpuKv) of.kv;
    int wide = kv.packing.padded(kv.headSize());
    scratch.sums = Scratch.atLeast(scratch.sums, (long) AttentionItem.MOST * wide);
    Arrays.fill(scratch.sums, 0, item.count * wide, 0);
    int block = TILES * kv.tileSlots;
    for (int r = 0; r < seen.runCount; r++) {
      for (CpuKv.Chunk chunk : kv.chunks) {
        int first = chunk.firstTile() * kv.tileSlots;
        int from = Math.max(seen.runs[2 * r], first);
        int to = Math.min(seen.runs[2 * r + 1], first + chunk.tiles() * kv.tileSlots);
        for (int slot = from; slot < to; slot += block - slot % block) {
          int count = Math.min(to, slot + block - slot % block) - slot;
          values(kv, chunk, item, slot, count, w, scratch.sums);
        }
      }
    }
    float[] out = ((CpuBuffer) of.outputs).data;
    for (int i = 0; i < item.count; i++) {
      RowKernels.scale(scratch.sums, item.sum[i], kv.headSize(), item.factor[i]);
      System.arraycopy(scratch.sums, item.sum[i], out, item.output[i], kv.headSize());
    }
  }

  private static void values(
      CpuKv kv,
      CpuKv.Chunk chunk,
      AttentionItem item,
      int slot,
      int count,
      float[] w,
      float[] sums) {
    long at = kv.valuesAt(chunk, item.kvHead, chunk.firstTile());
    int inChunk = slot - chunk.firstTile() * kv.tileSlots;
    int size = kv.headSize();
    int[] from = item.score;
    int[] to = item.sum;
    int i = 0;
    for (; i < item.count - 2; i += 4) {
      kv.packing.values4(
          chunk.values(),
          at,
          inChunk,
          count,
          size,
          w,
          from[i] + slot,
          from[i + 1] + slot,
          from[i + 2] + slot,
          from[i + 3] + slot,
          sums,
          to[i],
          to[i + 1],
          to[i + 2],
          to[i + 3]);
    }
    for (; i < item.count; i++) {
      kv.packing.values1(chunk.values(), at, inChunk, count, size, w, from[i] + slot, sums, to[i]);
    }
  }
}

package org.msrnn.backend.cpu;

import org.msrnn.api.backend.AttentionCall;

/** Some queries of one call that read the same KV head, and where their numbers lie. */
final class AttentionItem {
  /** Enough that decoding keys and values costs little, few enough that scores stay in a cache. */
  static final int MOST = 16;

  int kvHead;
  int count;

  // by query; up to a multiple of four they repeat the last query
  final int[] query = new int[MOST];
  final int[] mask = new int[MOST];
  final int[] score = new int[MOST];
  final int[] sum = new int[MOST];
  final int[] output = new int[MOST];

  /** What sums of values are multiplied with. */
  final float[] factor = new float[MOST];

  /**
   * Places the queries.
   *
   * @param first first query of the KV head, counting the group of the first row, then the next row
   * @param queries how many
   * @param firstRow the call's row that counts as the first
   * @param stride numbers from one mask, and from one row of scores, to the next
   * @param firstScore row of scores of the first query
   */
  void place(
      AttentionCall call,
      int head,
      int first,
      int queries,
      int firstRow,
      int stride,
      int firstScore) {
    kvHead = head;
    count = queries;
    CpuBuffer in = (CpuBuffer) call.queries;
    CpuBuffer out = (CpuBuffer) call.outputs;
    int size = call.kv.headSize();
    int wide = ((CpuKv) call.kv).packing.padded(size);
    int row = first / call.group;
    int member = first % call.group;
    for (int i = 0; i < queries; i++) {
      int column = ((call.firstKvHead + head) * call.group + member) * size;
      query[i] = in.at(call.row + firstRow + row) + column;
      output[i] = out.at(call.row + firstRow + row) + column;
      mask[i] = row * stride;
      score[i] = (firstScore + i) * stride;
      sum[i] = i * wide;
      if (++member == call.group) {
        member = 0;
        row++;
      }
    }
    for (int i = queries; i % 4 != 0; i++) {
      query[i] = query[i - 1];
      score[i] = score[i - 1];
      sum[i] = sum[i - 1];
    }
  }
}

package org.msrnn.backend.cpu;

import org.msrnn.api.backend.AttentionCall;

/** Up to four queries of one call that read the same KV head, and where their numbers lie. */
final class AttentionItem {
  static final int MOST = 4;

  int kvHead;
  int count;

  // by query; entries beyond the count repeat the last query
  final int[] query = new int[MOST];
  final int[] mask = new int[MOST];
  final int[] score = new int[MOST];
  final int[] sum = new int[MOST];
  final int[] output = new int[MOST];

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
    for (int i = 0; i < MOST; i++) {
      int j = Math.min(i, queries - 1);
      int row = (first + j) / call.group;
      int member = (first + j) % call.group;
      int column = ((call.firstKvHead + head) * call.group + member) * size;
      query[i] = in.at(call.row + firstRow + row) + column;
      output[i] = out.at(call.row + firstRow + row) + column;
      mask[i] = row * stride;
      score[i] = (firstScore + j) * stride;
      sum[i] = j * Simd.padded(size);
    }
  }
}

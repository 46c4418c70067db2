package org.msrnn.core.tokenizer;

import java.util.Arrays;

/**
 * Byte-pair merging (arXiv 1508.07909): of all neighbouring symbols that may merge, the pair of the
 * smallest key goes first, and of equal keys the leftmost, until none is left. A linked list and a
 * heap: n log n in the number of symbols. One use at a time; scratch memory is kept between uses.
 */
final class SymbolMerger {
  /** No merge: an id below 0 in the lower half. */
  static final long NONE = PairTable.NONE;

  private final PairTable merges;
  private int[] ids = new int[64];
  private int[] starts = new int[64];
  private int[] previous = new int[64];
  private int[] following = new int[64];

  /** For each symbol its merge with the one that follows: a heap entry that differs is stale. */
  private long[] pending = new long[64];

  private long[] heap = new long[64];
  private int heapSize;
  private int size;

  /**
   * A merger.
   *
   * @param merges from a pair of symbols to their {@link #merge(int, int)}
   */
  SymbolMerger(PairTable merges) {
    this.merges = merges;
  }

  /** What a table of merges holds: a key, small ones first, and the id of the merged symbol. */
  static long merge(int key, int id) {
    return ((long) key << 32) | id;
  }

  /** Starts over without symbols. */
  void clear() {
    size = 0;
    heapSize = 0;
  }

  /** Appends a symbol. An id below 0 is a symbol without a token. */
  void add(int id, int start) {
    if (size == ids.length) {
      int larger = Math.multiplyExact(size, 2);
      ids = Arrays.copyOf(ids, larger);
      starts = Arrays.copyOf(starts, larger);
      previous = Arrays.copyOf(previous, larger);
      following = Arrays.copyOf(following, larger);
      pending = Arrays.copyOf(pending, larger);
    }
    ids[size] = id;
    starts[size] = start;
    size++;
  }

  /** Merges what can be merged. */
  void merge() {
    for (int i = 0; i < size; i++) {
      previous[i] = i - 1;
      following[i] = i + 1 < size ? i + 1 : -1;
    }
    for (int i = 0; i < size; i++) {
      look(i);
    }
    while (heapSize > 0) {
      long top = pop();
      int left = (int) top;
      long merge = pending[left];
      if ((int) merge >= 0 && merge >> 32 == top >> 32) {
        join(left, (int) merge);
      }
    }
  }

  /** The first symbol, or -1. */
  int first() {
    return size == 0 ? -1 : 0;
  }

  /** The symbol after a symbol, or -1. */
  int next(int symbol) {
    return following[symbol];
  }

  /** The token of a symbol, or below 0. */
  int id(int symbol) {
    return ids[symbol];
  }

  /** Where a symbol starts. */
  int start(int symbol) {
    return starts[symbol];
  }

  private void join(int left, int id) {
    int right = following[left];
    int after = following[right];
    ids[left] = id;
    following[left] = after;
    if (after >= 0) {
      previous[after] = left;
    }
    pending[right] = NONE;
    if (previous[left] >= 0) {
      look(previous[left]);
    }
    look(left);
  }

  private void look(int left) {
    int right = following[left];
    pending[left] = right < 0 ? NONE : merges.find(ids[left], ids[right]);
    if ((int) pending[left] >= 0) {
      push(((pending[left] >> 32) << 32) | left);
    }
  }

  private void push(long entry) {
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, Math.multiplyExact(heapSize, 2));
    }
    int at = heapSize++;
    while (at > 0 && heap[(at - 1) / 2] > entry) {
      heap[at] = heap[(at - 1) / 2];
      at = (at - 1) / 2;
    }
    heap[at] = entry;
  }

  private long pop() {
    long top = heap[0];
    long last = heap[--heapSize];
    int at = 0;
    for (int child = 1; child < heapSize; child = 2 * at + 1) {
      if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= last) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

package org.msrnn.core.state;

import org.msrnn.api.backend.Kernels;

/**
 * Keys and values of a set on the host, for policies that ask for them. Where a read waits for a
 * device, the second state that is asked for brings all of its head in one copy; they stay until
 * the set changes.
 */
final class ReadStates {
  private final SlotSpace space;
  private final Kernels kernels;
  private final int size;
  private final Copy[] copies;
  private float[] spare = new float[0];
  private long version = -1;

  ReadStates(SlotSpace space, Kernels kernels) {
    this.space = space;
    this.kernels = kernels;
    this.size = space.kv.headSize();
    this.copies = new Copy[kernels.readsWait() ? space.kv.heads() : 0];
    for (int h = 0; h < copies.length; h++) {
      copies[h] = new Copy();
    }
  }

  /** All states of a head. */
  private static final class Copy {
    private float[] keys = new float[0];
    private float[] values = new float[0];
    private int[] slots = new int[0];
    private boolean asked;
    private boolean here;
  }

  void key(int head, int entry, float[] into) {
    if (isHere(head)) {
      System.arraycopy(copies[head].keys, entry * size, into, 0, size);
    } else {
      kernels.readState(space.kv, head, space.slot(entry), into, spare());
    }
  }

  void value(int head, int entry, float[] into) {
    if (isHere(head)) {
      System.arraycopy(copies[head].values, entry * size, into, 0, size);
    } else {
      kernels.readState(space.kv, head, space.slot(entry), spare(), into);
    }
  }

  private boolean isHere(int head) {
    if (copies.length == 0) {
      return false;
    }
    long now = space.queries + space.evictions;
    if (version != now) {
      version = now;
      for (Copy copy : copies) {
        copy.asked = false;
        copy.here = false;
      }
    }
    Copy copy = copies[head];
    if (copy.asked && !copy.here) {
      read(head, copy);
    }
    copy.asked = true;
    return copy.here;
  }

  private void read(int head, Copy copy) {
    int count = space.size();
    if (copy.slots.length < count) {
      copy.slots = new int[space.kv.capacity()];
      copy.keys = new float[Math.multiplyExact(copy.slots.length, size)];
      copy.values = new float[copy.keys.length];
    }
    for (int e = 0; e < count; e++) {
      copy.slots[e] = space.slot(e);
    }
    kernels.readStates(space.kv, head, copy.slots, count, copy.keys, copy.values);
    copy.here = true;
  }

  private float[] spare() {
    if (spare.length == 0) {
      spare = new float[size];
    }
    return spare;
  }
}

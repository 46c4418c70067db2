package org.msrnn.api.policy;

/**
 * The sizes of a {@link KvSet} that do not change.
 *
 * @param kvHeads KV heads that share the set: 1 if each has its own
 * @param group query heads that read one KV head
 * @param headSize numbers in a key, value or query
 */
public record SetShape(int kvHeads, int group, int headSize) {
  /** Query heads that read the set. */
  public int queryHeads() {
    return kvHeads * group;
  }
}

package org.msrnn.api.policy;

import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.Rope;

/**
 * A bounded key/value set as a policy sees it: the states of one layer, or of one KV head. Entries
 * are in the order of their positions: 0 is the oldest, {@code size() - 1} the newest. Valid during
 * the call it is handed to. Implemented by msrnn alone, so methods may be added.
 */
public interface KvSet {
  /** The layer, from 0. */
  int layer();

  /** The KV head, from 0, or -1 if all heads of the layer share the set. */
  int kvHead();

  /** KV heads that share the set: 1 if each has its own. */
  int kvHeads();

  /** Query heads that read one KV head. */
  int group();

  /** The sizes that do not change, as {@link EvictionPolicy#columns(SetShape)} is told them. */
  SetShape shape();

  /** States held now, the newest included. */
  int size();

  /**
   * The most states that may stay. Where the heads of a layer {@linkplain BudgetPlanner#guaranteed
   * compete}, the sum over its heads is what may stay.
   */
  int budget();

  /** The position of an entry's token in the sequence, from 0. */
  long position(int entry);

  /** The id of an entry's token in the model's vocabulary. */
  int token(int entry);

  /**
   * Whether an entry is pinned, by the policy or by what is wrapped around it: its score counts for
   * nothing. Pinned entries are the first and the last ones.
   */
  boolean pinned(int entry);

  /** Queries that this set has answered, the current one included. */
  long queries();

  /**
   * A column of the policy, indexed by entry: {@code size()} numbers, the array may be longer. The
   * policy may write it in {@link EvictionPolicy#observe} and {@link EvictionPolicy#score}.
   */
  double[] column(int column);

  /**
   * The numbers that the policy keeps for the whole set: {@link EvictionPolicy#memory} of them. The
   * policy may write them in {@link EvictionPolicy#observe}, {@link EvictionPolicy#score} and
   * {@link EvictionPolicy#demand}.
   */
  double[] memory();

  /**
   * A number in [0, 1) that follows from the seed, the set, the number of queries answered and the
   * entry's position alone, so that forks, restarts and backends agree. The same at every call for
   * one query: a policy that needs two takes both from it (below p, u / p is uniform again).
   */
  double random(int entry);

  /** Numbers in a key or value of one head. */
  int headSize();

  /**
   * Copies an entry's stored key: after the rotation for original positions, before it for schemes
   * that rotate at read.
   *
   * @param head KV head within the set, from 0 to {@code kvHeads() - 1}
   * @param entry the entry
   * @param into {@code [headSize]}
   * @throws org.msrnn.api.PolicyException if the policy did not declare that it observes keys
   */
  void key(int head, int entry, float[] into);

  /** Copies an entry's value; see {@link #key}. */
  void value(int head, int entry, float[] into);

  /**
   * Whether stored keys are rotated already, each at its own position; false with a scheme that
   * rotates at read, and where nothing is rotated.
   */
  boolean rotated();

  /**
   * Room for one vector, {@code [headSize]}, to copy a key, a value or a query into, so that a
   * policy allocates nothing. The same room at every call; its content is void once the policy
   * returns.
   */
  float[] scratch();

  /** How this layer rotates queries and keys; null if it does not. */
  @Nullable Rope rope();
}

package org.msrnn.api.backend;

/**
 * Keys and values of one slot space on a device. Slots have no order and no meaning: the core says
 * which ones are in use. Memory that no slot in use covers is never read.
 */
public interface KvBuffer extends AutoCloseable {
  /** KV heads that share the slots. */
  int heads();

  /** Numbers in a head's key or value. */
  int headSize();

  /** Slots. */
  int capacity();

  /** Number format. */
  KvType type();

  /** Makes room for at least {@code capacity} slots; contents stay. */
  void reserve(int capacity);

  /** Bytes set aside. */
  long bytes();

  /** Gives the memory back. */
  @Override
  void close();
}

package org.msrnn.api.policy;

/** Which heads share a kept set. */
public enum Granularity {
  /** One kept set for all heads of a layer. */
  LAYER,
  /** Each KV head keeps its own set, and really frees its own memory. */
  KV_HEAD
}

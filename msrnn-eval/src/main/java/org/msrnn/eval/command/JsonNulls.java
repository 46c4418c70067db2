package org.msrnn.eval.command;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON objects have nulls where Java's null-marked maps have none. */
final class JsonNulls {
  private JsonNulls() {}

  /** The same map, whose null values are meant to become JSON's null. */
  @SuppressWarnings({"NullAway", "unchecked"})
  static Map<String, Object> allowed(Map<String, @Nullable Object> json) {
    return (Map<String, Object>) (Map<String, ?>) json;
  }
}

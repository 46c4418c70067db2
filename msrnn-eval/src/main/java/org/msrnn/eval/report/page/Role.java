package org.msrnn.eval.report.page;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.task.Reference;

/** What a row of figures is beside the others. */
enum Role {
  /** A policy with a bound. */
  POLICY,
  /** The same model without a bound. */
  TOPLINE,
  /** What stands beside the policies in an evaluation and is none. */
  REFERENCE;

  /**
   * The role of a row.
   *
   * @param policy its policy, perhaps followed by settings
   * @param state k; null if unbounded
   */
  static Role of(String policy, @Nullable Integer state) {
    if (state == null) {
      return TOPLINE;
    }
    String name = base(policy);
    return Arrays.stream(Reference.values()).anyMatch(r -> r.written().equals(name))
        ? REFERENCE
        : POLICY;
  }

  /** A row's policy without the settings that follow it. */
  static String base(String policy) {
    int end = policy.indexOf(", ");
    return end < 0 ? policy : policy.substring(0, end);
  }

  /** Its name in the page's data. */
  String written() {
    return name().toLowerCase(Locale.ROOT);
  }
}

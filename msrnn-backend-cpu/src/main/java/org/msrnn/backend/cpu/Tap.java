package org.msrnn.backend.cpu;

import java.util.Objects;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.policy.Signals;

/** Rows of attention for a policy, reduced from what the heads have left. */
final class Tap {
  private float[] logits = {};

  /** Makes room for the logits of all heads, if they are asked for. */
  void prepare(AttentionCall call, int stride) {
    if (call.tapLogits) {
      logits = Scratch.atLeast(logits, (long) call.kv.heads() * call.group * stride);
    }
  }

  /** Keeps a row of logits before they become weights; 0 where a slot is not visible. */
  void keepLogits(float[] scores, int at, int stride) {
    for (int s = at; s < at + stride; s++) {
      logits[s] = scores[s] == Float.NEGATIVE_INFINITY ? 0 : scores[s];
    }
  }

  /** Fills the call's tap from the rows of all heads. */
  void reduce(AttentionCall call, float[] weights, int stride) {
    CpuBuffer to = (CpuBuffer) Objects.requireNonNull(call.tap);
    float[] from = call.tapLogits ? logits : weights;
    int heads = call.kv.heads() * call.group;
    int rows = call.tapCount();
    int members = rows == 0 ? 0 : heads / rows;
    int count = call.slots.extent();
    for (int r = 0; r < rows; r++) {
      int first = r * members * stride;
      int at = to.at(call.tapRow + r);
      if (call.tapReduce == Signals.Reduce.MAX) {
        System.arraycopy(from, first, to.data, at, count);
        for (int m = 1; m < members; m++) {
          largest(to.data, at, from, first + m * stride, count);
        }
      } else {
        float factor = call.tapReduce == Signals.Reduce.MEAN ? 1f / members : 1;
        RowKernels.sumRows(from, first, stride, members, factor, to.data, at, count);
      }
    }
  }

  private static void largest(float[] to, int at, float[] from, int fromAt, int count) {
    for (int i = 0; i < count; i++) {
      to[at + i] = Math.max(to[at + i], from[fromAt + i]);
    }
  }
}

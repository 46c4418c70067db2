package org.msrnn.core.position;

import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PositionScheme;
import org.msrnn.api.policy.PositionSchemeProvider;

/**
 * {@code relative}: a text of any length on the positions that a model was trained on, as in the
 * authors' unmerged code for arXiv 2401.06104 ("sink, relative, window"). Once the newest position
 * is {@code limit - 1} or more, it becomes limit - 1; the last n positions of the text, n states
 * being kept, stand as far before it as they are; the first ones, the sinks, stay; those between
 * are scaled to the room that is left. Until then all positions stay.
 *
 * <p>Known differences: positions are fractional where the code rounds up and then moves states
 * apart by 1 or 2, which may run into the window.
 *
 * <p>Options: {@code limit} (4096), {@code sinks} (20), fewer than the limit.
 */
public final class RelativePositions implements PositionSchemeProvider {
  /** For the service loader. */
  public RelativePositions() {}

  @Override
  public String name() {
    return "relative";
  }

  @Override
  public String summary() {
    return "sinks and the last states keep their distances, those between are scaled to a model's"
        + " positions";
  }

  @Override
  public String paper() {
    return "authors' unmerged code of arXiv 2401.06104";
  }

  @Override
  public PositionScheme create(Options options) {
    int limit = options.integer("limit", 4096, 2, Integer.MAX_VALUE);
    int sinks = options.integer("sinks", 20, 0, Integer.MAX_VALUE);
    if (sinks >= limit) {
      throw options.refusal("sinks", "'" + sinks + "'", "fewer than the limit of " + limit);
    }
    return new Relative(limit, sinks);
  }

  private record Relative(int limit, int sinks) implements PositionScheme {
    @Override
    public boolean rotatesAtRead() {
      return true;
    }

    @Override
    public void map(long[] positions, int size, double[] into) {
      long shift = Math.max(0, positions[size - 1] - (limit - 1));
      // The window, before and after; it leaves the sinks their place.
      int end = limit - Math.min(size, limit - sinks);
      long start = end + shift;
      double scale = start > sinks ? (double) (end - sinks) / (start - sinks) : 1;
      for (int i = 0; i < size; i++) {
        long p = positions[i];
        if (p < sinks) {
          into[i] = p;
        } else if (p >= start) {
          into[i] = p - shift;
        } else {
          into[i] = sinks + (p - sinks) * scale;
        }
      }
    }
  }
}

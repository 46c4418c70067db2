/**
 * The append-only record of a sweep: a record that was acknowledged survives a kill, a torn one is
 * never taken for a result.
 */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.eval.journal;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

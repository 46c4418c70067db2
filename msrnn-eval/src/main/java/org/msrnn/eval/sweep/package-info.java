/** The grid of policies, state sizes and items: planned, run, journalled, resumed. */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.eval.sweep;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

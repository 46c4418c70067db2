/** The {@code msrnn} command: where the program starts. */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.eval;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

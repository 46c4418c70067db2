/** Which states are kept and for how long, and what is lost with those that are not. */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.eval.retention;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

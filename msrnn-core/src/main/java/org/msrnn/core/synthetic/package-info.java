/** Models of a named shape with random weights, for measurements of speed. */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.core.synthetic;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

/** The built-in budget planners. */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.core.budget;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

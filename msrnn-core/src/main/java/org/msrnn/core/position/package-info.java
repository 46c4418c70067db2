/** The built-in position schemes. */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.core.position;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

/** From logits to a token. */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.core.sampling;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

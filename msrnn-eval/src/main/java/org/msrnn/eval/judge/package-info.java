/**
 * Pairwise judging of stories by a language model behind HTTP: both orders, no invented verdict,
 * every answer kept.
 */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.eval.judge;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

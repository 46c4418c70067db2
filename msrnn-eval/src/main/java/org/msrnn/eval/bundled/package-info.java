/** What ships with msrnn so that every command works alone: a model, a story, word lists. */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.eval.bundled;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

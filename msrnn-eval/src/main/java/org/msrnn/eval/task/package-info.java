/** What is measured: perplexity of a text, and retrieval in RULER's format. */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.eval.task;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

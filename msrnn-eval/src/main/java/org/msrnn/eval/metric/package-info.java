/**
 * Metrics: token, word and byte perplexity, bits per character, the string match of retrieval
 * tasks, ROUGE and F1 of answers. Nothing here knows a model.
 */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.eval.metric;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

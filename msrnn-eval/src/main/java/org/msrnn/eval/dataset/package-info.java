/**
 * The files that datasets come in, the prompts in which questions are put, and the files in which
 * predictions and scores are handed on. Nothing here knows a model.
 */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.eval.dataset;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

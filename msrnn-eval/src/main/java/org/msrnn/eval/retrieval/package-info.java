/**
 * Retrieval questions: RULER's tasks in RULER's own form, a pass key, keys and values, and a needle
 * at every depth of every length. Sentences are those of the papers' scripts; words, haystacks and
 * random draws are our own, so results are to be called "RULER format", not RULER.
 */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.eval.retrieval;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

/** From text to token ids and back, with the vocabulary of the model file. */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.core.tokenizer;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

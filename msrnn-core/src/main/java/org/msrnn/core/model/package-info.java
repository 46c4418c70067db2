/**
 * A model as data: which tensors play which role in a decoder, and the numbers that go with them.
 */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.core.model;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

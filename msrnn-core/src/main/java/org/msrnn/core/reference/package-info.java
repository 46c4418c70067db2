/**
 * The plain backend: every kernel in the words of its definition, scalar, with sums in double. The
 * truth that other backends are held to, and the fallback where none of them runs.
 */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.core.reference;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

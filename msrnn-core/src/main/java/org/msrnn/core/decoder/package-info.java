/**
 * The decoder, written once in terms of kernels: one step or chunk of a transformer as an MSRNN.
 * Not exported.
 */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.core.decoder;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

/**
 * What an author of a backend needs: memory, and the small vocabulary of kernels in which the core
 * writes the decoder once.
 *
 * <p>The plain backend in org.msrnn.core is the truth; {@link org.msrnn.api.testkit.KernelContract}
 * holds every other backend to it.
 */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.api.backend;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

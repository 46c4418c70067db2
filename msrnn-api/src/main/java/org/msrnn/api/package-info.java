/**
 * The abstraction: a loaded model is an {@link org.msrnn.api.Msrnn}, what it carries from step to
 * step is a {@link org.msrnn.api.MultiState} (arXiv 2401.06104, section 3).
 */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.api;

import org.jspecify.annotations.NullMarked;

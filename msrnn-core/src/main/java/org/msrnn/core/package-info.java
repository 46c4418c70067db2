/**
 * What programs use: {@link org.msrnn.core.Model} opens a model file on a backend, {@link
 * org.msrnn.core.PolicySpec} reads a policy as users write it.
 */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.core;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

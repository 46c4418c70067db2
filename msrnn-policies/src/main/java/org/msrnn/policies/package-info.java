/**
 * The built-in eviction policies. One policy, one file, one paper, and what is known to differ from
 * it. They are found as services by their names; no code names a class of this package.
 */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.policies;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

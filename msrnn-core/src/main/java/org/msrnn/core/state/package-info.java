/**
 * The multi-state: slots, entries in position order, columns, selection of victims, fork and file.
 * Not exported.
 */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.core.state;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

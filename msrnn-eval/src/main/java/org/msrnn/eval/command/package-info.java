/** The subcommands of {@code msrnn}, their options, and what they share. */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.eval.command;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

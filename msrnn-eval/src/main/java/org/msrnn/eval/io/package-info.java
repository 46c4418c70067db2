/** Files as the command reads and writes them: strict UTF-8 in, whole files or nothing out. */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.eval.io;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

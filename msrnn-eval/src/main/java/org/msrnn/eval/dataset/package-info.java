/** Files of datasets as their authors publish them. */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.eval.dataset;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

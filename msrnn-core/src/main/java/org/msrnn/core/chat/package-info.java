/** How conversations are written for models that were trained on them. */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.core.chat;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

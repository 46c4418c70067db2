/** Discovery of policies, backends, planners and schemes, each plug-in isolated from the others. */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.core.plugin;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

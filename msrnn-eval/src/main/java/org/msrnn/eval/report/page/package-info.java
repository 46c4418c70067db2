/**
 * The one page that shows what a journal holds: a small class for each part of it, which says what
 * stands there without scripts and hands over the data of its pictures.
 */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.eval.report.page;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

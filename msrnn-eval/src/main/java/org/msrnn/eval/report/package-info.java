/**
 * What a sweep found, for people and programs: a table, CSV, JSON, and one page that needs nothing
 * beside itself. All of it is a function of the journal.
 */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.eval.report;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

/**
 * What an author of an eviction policy needs. A policy is an immutable, thread-safe scorer; the
 * core owns all memory (positions, columns, keys, values) and does all selection.
 *
 * <p>Three services live here: {@link org.msrnn.api.policy.EvictionPolicyProvider}, {@link
 * org.msrnn.api.policy.BudgetPlannerProvider} and {@link
 * org.msrnn.api.policy.PositionSchemeProvider}.
 */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.api.policy;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

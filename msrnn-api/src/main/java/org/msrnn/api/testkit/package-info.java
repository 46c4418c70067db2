/**
 * Contracts as executable rules, without any test framework: {@link
 * org.msrnn.api.testkit.PolicyContract} for eviction policies, {@link
 * org.msrnn.api.testkit.KernelContract} for backends. Run them from whatever runs your tests:
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> contract() {
 *   return PolicyContract.of(new MyPolicyProvider()).rules()
 *       .map(rule -> dynamicTest(rule.name(), rule::check));
 * }
 * }</pre>
 */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.api.testkit;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

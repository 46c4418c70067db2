/** Speed and memory of a model under policies: what {@code msrnn bench} measures. */
@NullMarked
package org.msrnn.eval.bench;

import org.jspecify.annotations.NullMarked;

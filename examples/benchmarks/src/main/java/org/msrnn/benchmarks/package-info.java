/**
 * JMH benchmarks of a backend's kernels, through the backend SPI alone: {@code -p backend=} names
 * any backend that is found.
 */
@NullMarked
package org.msrnn.benchmarks;

import org.jspecify.annotations.NullMarked;

/**
 * The backend {@code cpu}: activations on the heap, weights and states off the heap in layouts of
 * its own, kernels on the Vector API, and a pool of threads that share the rows.
 *
 * <p>Where to look: {@link org.msrnn.backend.cpu.Packing} for weight formats, {@link
 * org.msrnn.backend.cpu.Gemm} for matrix products, {@link org.msrnn.backend.cpu.AttentionTask} for
 * attention, {@link org.msrnn.backend.cpu.WorkerPool} for threads.
 */
@NullMarked
@Stability(Stability.Level.INTERNAL)
package org.msrnn.backend.cpu;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

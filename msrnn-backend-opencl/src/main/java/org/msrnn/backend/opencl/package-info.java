/**
 * The OpenCL backend. Each family of kernels is a source file ({@code rows.cl}, {@code matrix.cl},
 * {@code states.cl}, {@code attention.cl}, {@code slots.cl}) and the class that runs it.
 */
@NullMarked
package org.msrnn.backend.opencl;

import org.jspecify.annotations.NullMarked;

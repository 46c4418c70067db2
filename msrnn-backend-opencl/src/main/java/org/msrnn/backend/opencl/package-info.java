/** The OpenCL backend: its kernels come with a later change. */
@NullMarked
package org.msrnn.backend.opencl;

import org.jspecify.annotations.NullMarked;

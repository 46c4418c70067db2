/** Kernels on OpenCL, through LWJGL, as a backend named {@code opencl}. */
module org.msrnn.backend.opencl {
  requires org.lwjgl;
  requires org.lwjgl.opencl;
  requires org.msrnn.api;
  requires static org.jspecify;

  provides org.msrnn.api.backend.BackendProvider with
      org.msrnn.backend.opencl.OpenClBackendProvider;
}

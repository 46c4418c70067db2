/** Kernels on OpenCL, through LWJGL, as a backend named {@code opencl}. */
module org.msrnn.backend.opencl {
  requires org.lwjgl;
  requires org.lwjgl.opencl;
  requires org.msrnn.api;
  requires static org.jspecify;

  // The probe compares a device with the backend named plain, where that is installed.
  uses org.msrnn.api.backend.BackendProvider;

  provides org.msrnn.api.backend.BackendProvider with
      org.msrnn.backend.opencl.OpenClBackendProvider;
}

/** Kernels on OpenCL, through LWJGL. */
module org.msrnn.backend.opencl {
  requires org.lwjgl;
  requires org.lwjgl.opencl;
  requires org.msrnn.api;
  requires static org.jspecify;
}

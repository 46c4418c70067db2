/** Kernels on the Vector API, as a backend named {@code cpu}. */
module org.msrnn.backend.cpu {
  requires jdk.incubator.vector;
  requires org.msrnn.api;
  requires static org.jspecify;

  provides org.msrnn.api.backend.BackendProvider with
      org.msrnn.backend.cpu.CpuBackendProvider;
}

/** A backend that counts what another one is asked for. */
module com.example.backend {
  requires org.msrnn.api;

  uses org.msrnn.api.backend.BackendProvider;

  provides org.msrnn.api.backend.BackendProvider with
      com.example.backend.CountingProvider;
}

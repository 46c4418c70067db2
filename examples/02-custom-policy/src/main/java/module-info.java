/** A policy of a third party: all it takes to be found. */
module com.example.policy {
  requires org.msrnn.api;

  provides org.msrnn.api.policy.EvictionPolicyProvider with
      com.example.policy.KeyNorm;
}

/**
 * The words of msrnn: what a finite multi-state RNN is, and the services that extend it.
 *
 * <p>{@link org.msrnn.api} holds the abstraction that users program against, {@link
 * org.msrnn.api.policy} what an author of an eviction policy, a budget planner or a position scheme
 * needs, {@link org.msrnn.api.backend} what an author of a backend needs. {@link
 * org.msrnn.api.testkit} holds the contracts as executable rules without any test framework.
 */
module org.msrnn.api {
  requires static org.jspecify;

  exports org.msrnn.api;
  exports org.msrnn.api.backend;
  exports org.msrnn.api.testkit;
  exports org.msrnn.api.policy;
}

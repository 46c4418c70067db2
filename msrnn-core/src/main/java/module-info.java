/**
 * The engine: model files, tokenizer, the decoder written once over backend kernels, the
 * multi-state, the plain backend and the discovery of plug-ins.
 */
module org.msrnn.core {
  requires transitive org.msrnn.api;
  requires tools.jackson.core;
  requires tools.jackson.databind;
  requires static org.jspecify;

  exports org.msrnn.core;
  exports org.msrnn.core.chat;
  exports org.msrnn.core.format;
  exports org.msrnn.core.model;
  exports org.msrnn.core.plugin;
  exports org.msrnn.core.reference;
  exports org.msrnn.core.sampling;
  exports org.msrnn.core.synthetic;
  exports org.msrnn.core.tokenizer;

  uses org.msrnn.api.backend.BackendProvider;
  uses org.msrnn.api.policy.BudgetPlannerProvider;
  uses org.msrnn.api.policy.EvictionPolicyProvider;
  uses org.msrnn.api.policy.PolicyWrapperProvider;
  uses org.msrnn.api.policy.PositionSchemeProvider;

  provides org.msrnn.api.backend.BackendProvider with
      org.msrnn.core.reference.PlainBackendProvider;
  provides org.msrnn.api.policy.BudgetPlannerProvider with
      org.msrnn.core.budget.UniformBudgets;
  provides org.msrnn.api.policy.PositionSchemeProvider with
      org.msrnn.core.position.CompressedPositions,
      org.msrnn.core.position.InCachePositions,
      org.msrnn.core.position.OriginalPositions,
      org.msrnn.core.position.RelativePositions;
}

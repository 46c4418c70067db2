/** A policy and the budgets that go with it. */
module com.example.headwise {
  requires org.msrnn.api;

  provides org.msrnn.api.policy.EvictionPolicyProvider with
      com.example.headwise.MaxAttention;
  provides org.msrnn.api.policy.BudgetPlannerProvider with
      com.example.headwise.EveryOtherHead;
}

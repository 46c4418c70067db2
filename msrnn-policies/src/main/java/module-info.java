import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.policies.AdaBudgets;
import org.msrnn.policies.AdaWrapper;
import org.msrnn.policies.CurPolicy;
import org.msrnn.policies.ExpectedAttentionPolicy;
import org.msrnn.policies.FileBudgets;
import org.msrnn.policies.FullPolicy;
import org.msrnn.policies.H2oPolicy;
import org.msrnn.policies.KeyDiffPolicy;
import org.msrnn.policies.KnormPolicy;
import org.msrnn.policies.LagKvPolicy;
import org.msrnn.policies.RandomPolicy;
import org.msrnn.policies.RkvPolicy;
import org.msrnn.policies.SinksWrapper;
import org.msrnn.policies.TovaPolicy;
import org.msrnn.policies.WindowPolicy;

/** The built-in eviction policies, one small file each. */
module org.msrnn.policies {
  requires org.msrnn.api;
  requires static org.jspecify;

  exports org.msrnn.policies;

  provides EvictionPolicyProvider with
      CurPolicy,
      ExpectedAttentionPolicy,
      FullPolicy,
      H2oPolicy,
      KeyDiffPolicy,
      KnormPolicy,
      LagKvPolicy,
      RandomPolicy,
      RkvPolicy,
      TovaPolicy,
      WindowPolicy;
  provides PolicyWrapperProvider with
      AdaWrapper,
      SinksWrapper;
  provides BudgetPlannerProvider with
      AdaBudgets,
      FileBudgets;
}

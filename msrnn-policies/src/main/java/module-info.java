import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.policies.FullPolicy;
import org.msrnn.policies.H2oPolicy;
import org.msrnn.policies.RandomPolicy;
import org.msrnn.policies.SinksWrapper;
import org.msrnn.policies.TovaPolicy;
import org.msrnn.policies.WindowPolicy;

/** The built-in eviction policies, one small file each. */
module org.msrnn.policies {
  requires org.msrnn.api;
  requires static org.jspecify;

  exports org.msrnn.policies;

  provides EvictionPolicyProvider with
      FullPolicy,
      H2oPolicy,
      RandomPolicy,
      TovaPolicy,
      WindowPolicy;
  provides PolicyWrapperProvider with
      SinksWrapper;
}

import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.policies.AdaBudgets;
import org.msrnn.policies.AdaWrapper;
import org.msrnn.policies.CakeBudgets;
import org.msrnn.policies.CakePolicy;
import org.msrnn.policies.ChunkWrapper;
import org.msrnn.policies.CurPolicy;
import org.msrnn.policies.DuoWrapper;
import org.msrnn.policies.EveryWrapper;
import org.msrnn.policies.ExpectedAttentionPolicy;
import org.msrnn.policies.FastGenBudgets;
import org.msrnn.policies.FastGenPolicy;
import org.msrnn.policies.FileBudgets;
import org.msrnn.policies.FullPolicy;
import org.msrnn.policies.H2oPolicy;
import org.msrnn.policies.KeyDiffPolicy;
import org.msrnn.policies.KeyformerPolicy;
import org.msrnn.policies.KnormPolicy;
import org.msrnn.policies.KvCompressPolicy;
import org.msrnn.policies.LagKvPolicy;
import org.msrnn.policies.NormSumPolicy;
import org.msrnn.policies.ObservedAttentionPolicy;
import org.msrnn.policies.PerLayerBudgets;
import org.msrnn.policies.PerLayerWrapper;
import org.msrnn.policies.PoolWrapper;
import org.msrnn.policies.PromptEndWrapper;
import org.msrnn.policies.PyramidBudgets;
import org.msrnn.policies.PyramidKvPolicy;
import org.msrnn.policies.RandomPolicy;
import org.msrnn.policies.RecentWrapper;
import org.msrnn.policies.RkvPolicy;
import org.msrnn.policies.RocoPolicy;
import org.msrnn.policies.ScissorhandsPolicy;
import org.msrnn.policies.SimLayerKvBudgets;
import org.msrnn.policies.SimLayerKvPolicy;
import org.msrnn.policies.SinksWrapper;
import org.msrnn.policies.SnapKvPolicy;
import org.msrnn.policies.StreamingLlmPolicy;
import org.msrnn.policies.TovaPolicy;
import org.msrnn.policies.WindowPolicy;

/** The built-in eviction policies, wrappers and budget planners, one small file each. */
module org.msrnn.policies {
  requires org.msrnn.api;
  requires static org.jspecify;

  exports org.msrnn.policies;

  provides EvictionPolicyProvider with
      CakePolicy,
      CurPolicy,
      ExpectedAttentionPolicy,
      FastGenPolicy,
      FullPolicy,
      H2oPolicy,
      KeyDiffPolicy,
      KeyformerPolicy,
      KnormPolicy,
      KvCompressPolicy,
      LagKvPolicy,
      NormSumPolicy,
      ObservedAttentionPolicy,
      PyramidKvPolicy,
      RandomPolicy,
      RkvPolicy,
      RocoPolicy,
      ScissorhandsPolicy,
      SimLayerKvPolicy,
      SnapKvPolicy,
      StreamingLlmPolicy,
      TovaPolicy,
      WindowPolicy;
  provides PolicyWrapperProvider with
      AdaWrapper,
      ChunkWrapper,
      DuoWrapper,
      EveryWrapper,
      PerLayerWrapper,
      PoolWrapper,
      PromptEndWrapper,
      RecentWrapper,
      SinksWrapper;
  provides BudgetPlannerProvider with
      AdaBudgets,
      CakeBudgets,
      FastGenBudgets,
      FileBudgets,
      PerLayerBudgets,
      PyramidBudgets,
      SimLayerKvBudgets;
}

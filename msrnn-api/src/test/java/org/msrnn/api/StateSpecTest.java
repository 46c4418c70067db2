package org.msrnn.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.PositionScheme;
import org.msrnn.api.policy.Signals;

class StateSpecTest {
  private static final EvictionPolicy POLICY =
      new EvictionPolicy() {
        @Override
        public Signals observes() {
          return Signals.NONE;
        }

        @Override
        public void score(KvSet set, double[] scores) {}
      };

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void aStateHoldsAtLeastOne(int states) {
    assertThatThrownBy(() -> StateSpec.of(POLICY, states))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessage("state is " + states + ", allowed is 1 or more states");
  }

  @Test
  void theDefaultIsThePapersSetting() {
    StateSpec spec = StateSpec.of(POLICY, 1);

    assertThat(spec.regime()).isEqualTo(Regime.STEPWISE);
    assertThat(spec.positions()).isSameAs(PositionScheme.ORIGINAL);
    assertThat(spec.budgets()).isSameAs(BudgetPlanner.UNIFORM);
    assertThat(spec.storage()).isEqualTo(KvType.F32);
    assertThat(spec.seed()).isZero();
  }

  @Test
  void eachWithChangesOneThingAlone() {
    StateSpec spec = StateSpec.of(POLICY, 7);
    BudgetPlanner ones = request -> Budgets.uniform(request.layers(), request.kvHeads(), 1);

    StateSpec all =
        spec.with(Regime.WHOLE).with(KvType.Q8_0).withSeed(-5).with(ones).with(Regime.chunked(3));

    assertThat(all)
        .isEqualTo(
            new StateSpec(
                POLICY, 7, Regime.chunked(3), PositionScheme.ORIGINAL, ones, KvType.Q8_0, -5));
    assertThat(spec).isEqualTo(StateSpec.of(POLICY, 7));
  }
}

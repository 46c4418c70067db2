package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.PolicyException;
import org.msrnn.api.Regime;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.PositionScheme;
import org.msrnn.api.testkit.AttentionSource;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.PolicySimulation.Eviction;
import org.msrnn.api.testkit.SimulatedLayer;

/** Policies that are the same for some options, and what their options mean. */
class AttentionIdentityTest {
  private static final int STATES = 13;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          streaming-llm:sinks=0                   | window                                     | 3
          streaming-llm                           | window:sinks=4                             | 3
          h2o:decay=0,recent=0                    | tova                                       | 3
          h2o:normalise,decay=0,recent=1          | tova:keep-newest                           | 3
          observed-attention                      | h2o:normalise,recent=0,granularity=kv-head | 3
          norm-sum:sinks=2,recent=3               | h2o:normalise,sinks=2,recent=3             | 3
          roco:feasible=999,recent=3              | norm-sum:granularity=kv-head,sinks=0,recent=3 | 3
          roco:granularity=layer,feasible=999,recent=0 | observed-attention:granularity=layer  | 3
          keyformer:noise=false,tau-step=0,recent=4 | h2o:granularity=kv-head,recent=4         | 3
          keyformer:noise=false,tau-end=1,recent=4  | h2o:granularity=kv-head,recent=4         | 3
          kv-compress                             | kv-compress:square-mean                    | 1
          snapkv:window=1,kernel=1                | tova:keep-newest,granularity=kv-head       | 3
          snapkv:window=3,reduce=max              | snapkv:window=3,reduce-first               | 1
          snapkv:window=3,pooling=max,kernel=7,reduce-first | pyramidkv:window=3               | 3
          scissorhands:history=104,recent=2       | scissorhands:history=10000,recent=2        | 3
          """)
  void theSameStatesLeave(String spec, String other, int group) {
    for (long seed = 0; seed < 6; seed++) {
      for (Regime regime : new Regime[] {Regime.STEPWISE, Regime.chunked(5), Regime.WHOLE}) {
        SimulatedLayer layer = SimulatedLayer.of(2, group, STATES);
        PolicySimulation one = new PolicySimulation(Policies.create(spec), layer, random(seed));
        PolicySimulation two = new PolicySimulation(Policies.create(other), layer, random(seed));
        one.prompt(50, regime);
        two.prompt(50, regime);
        one.generate(50);
        two.generate(50);

        assertThat(one.evictions())
            .as("seed %d, %s", seed, regime)
            .isNotEmpty()
            .isEqualTo(two.evictions());
      }
    }
  }

  /** Noise, temperature, history and kernel do something: the identities above are none of luck. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          keyformer             | keyformer:noise=false
          keyformer:noise=false | keyformer:noise=false,tau=.25,tau-end=.25
          keyformer             | keyformer:granularity=layer
          scissorhands          | scissorhands:history=7
          roco:feasible=4       | roco:feasible=8
          kv-compress           | kv-compress:square-mean
          kv-compress           | h2o:granularity=kv-head
          h2o                   | h2o:normalise
          h2o                   | h2o:decay=.9
          snapkv:window=3       | snapkv:window=3,kernel=3
          """)
  void otherStatesLeave(String spec, String other) {
    PolicySimulation one = simulation(spec);
    PolicySimulation two = simulation(other);
    one.generate(200);
    two.generate(200);

    assertThat(one.evictions().stream().map(Eviction::position).toList())
        .isNotEqualTo(two.evictions().stream().map(Eviction::position).toList());
  }

  /** Without heavy hitters H2O is a window, so what it keeps beside them is one. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 8, 21})
  void h2oIsAWindowButForItsHeavyHitters(int states) {
    for (int recent = 1; recent < states; recent++) {
      PolicySimulation h2o = simulation("h2o:recent=" + recent, states);
      PolicySimulation window = simulation("window", recent);
      h2o.generate(100);
      window.generate(100);

      long[] kept = h2o.kept(0);
      assertThat(Arrays.copyOfRange(kept, states - recent, states)).isEqualTo(window.kept(0));
    }
    assertThatThrownBy(() -> simulation("h2o:recent=" + states, states))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining("pins 0 + " + states + " of " + states + " states");
  }

  /** Weights of noisy softmax rows sum to 1 all the same. */
  @ParameterizedTest
  @ValueSource(strings = {"keyformer", "keyformer:tau=.25,tau-step=0", "keyformer:noise=false"})
  void keyformerSpendsOneAQuery(String spec) {
    PolicySimulation simulation = simulation(spec, 40);
    simulation.generate(40);

    double total = Arrays.stream(simulation.column(0, 0)).sum();
    assertThat(total).isCloseTo(40, within(1e-9));
  }

  @Test
  void streamingLlmRotatesByRank() {
    assertThat(Policies.create("streaming-llm").positions()).isSameAs(PositionScheme.IN_CACHE);
    assertThat(Policies.create("streaming-llm").positional()).isTrue();
    assertThat(Policies.create("window:sinks=4").positions()).isSameAs(PositionScheme.ORIGINAL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          h2o                   | 64   | 0  | 32
          streaming-llm         | 64   | 4  | 0
          streaming-llm:sinks=2 | 64   | 2  | 0
          kv-compress           | 1000 | 0  | 50
          kv-compress           | 64   | 0  | 32
          kv-compress:recent=60 | 64   | 0  | 60
          norm-sum              | 672  | 32 | 128
          norm-sum              | 4096 | 32 | 128
          norm-sum              | 63   | 3  | 12
          norm-sum              | 1    | 0  | 0
          norm-sum:sinks=1,recent=2 | 63 | 1 | 2
          observed-attention    | 64   | 0  | 0
          roco                  | 64   | 0  | 10
          roco                  | 8    | 0  | 4
          scissorhands          | 64   | 0  | 10
          scissorhands:recent=0 | 64   | 0  | 0
          keyformer             | 64   | 0  | 19
          keyformer:recent=5    | 64   | 0  | 5
          snapkv                | 64   | 0  | 32
          pyramidkv             | 64   | 0  | 8
          """)
  void sinksAndRecentStatesAreProtected(String spec, int states, int first, int last) {
    assertThat(Policies.create(spec).pins(states)).isEqualTo(new Pins(first, last));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "h2o:decay=1.5",
        "h2o:decay=-.1",
        "h2o:decay=NaN",
        "h2o:normalise=maybe",
        "streaming-llm:sinks=-1",
        "streaming-llm:recent=3",
        "kv-compress:recent=-2",
        "kv-compress:square-mean=2",
        "norm-sum:sinks=-1",
        "observed-attention:recent=3",
        "roco:feasible=0",
        "scissorhands:history=0",
        "scissorhands:history=10001",
        "keyformer:tau=0",
        "keyformer:tau-step=-1",
        "keyformer:tau-end=.5",
        "keyformer:noise=1",
        "snapkv:window=0",
        "snapkv:kernel=4",
        "snapkv:kernel=0",
        "snapkv:pooling=mean",
        "snapkv:reduce=sum",
        "pyramidkv:beta=.5",
        "pyramidkv:kernel=2"
      })
  void badOptionsAreRefusedByName(String spec) {
    String option = spec.split("[:=]", 3)[1];

    assertThatThrownBy(() -> Policies.create(spec))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining(option)
        .hasMessageContaining(Policies.provider(spec).name());
  }

  private static PolicySimulation simulation(String spec) {
    return simulation(spec, STATES);
  }

  private static PolicySimulation simulation(String spec, int states) {
    return new PolicySimulation(Policies.create(spec), SimulatedLayer.of(2, 2, states), random(17));
  }

  static AttentionSource random(long seed) {
    return (head, query, key) ->
        6
                * new SplittableRandom(((seed * 31 + head) * 100_003 + query) * 100_003 + key)
                    .nextDouble()
            - 3;
  }
}

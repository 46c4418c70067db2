package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.Regime;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;
import org.msrnn.api.testkit.AttentionSource;
import org.msrnn.api.testkit.PolicySimulation;
import org.msrnn.api.testkit.SimulatedLayer;

/** What wrappers do to a policy's scores, pins and schedule. */
class WrappersTest {
  private static final double SIX_DIGITS = 6e-7;

  /** The stream of {@link GoldenTraceTest}. */
  private static final AttentionSource STREAM =
      (head, t, j) -> (7 * t + 3 * j + 5L * head * j + t * j) % 11 / 2.0 + (j == 0 ? 2 : 0);

  private static final AttentionSource WAVES =
      (head, query, key) -> Math.sin(1.7 * query + 0.9 * key * (head + 1)) * 2;

  /** A score for each position, the same for ever. */
  private record Fixed(double[] byPosition, Pins pinned) implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.NONE;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = byPosition[(int) set.position(e)];
      }
    }

    @Override
    public Pins pins(int states) {
      return pinned;
    }
  }

  /** SnapKV of the last two queries without its pooling: the mean of their rows. */
  private record LastTwo(Granularity granularity) implements EvictionPolicy {
    @Override
    public Signals observes() {
      return Signals.mean().withLastQueries(2);
    }

    @Override
    public int columns(SetShape shape) {
      return 2;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      double[] column = set.column((int) (row.queryPosition() % 2));
      for (int e = 0; e < set.size(); e++) {
        column[e] = row.row(0)[e];
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = (set.column(0)[e] + set.column(1)[e]) / 2;
      }
    }

    @Override
    public Pins pins(int states) {
      return new Pins(0, 2);
    }
  }

  private static EvictionPolicy wrap(EvictionPolicy policy, String name, String... options) {
    PolicyWrapperProvider provider =
        Policies.WRAPPERS.stream().filter(w -> w.name().equals(name)).findFirst().orElseThrow();
    Map<String, String> given =
        Arrays.stream(options)
            .map(option -> option.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    Options all = new Options("policy wrapper " + name, given);
    EvictionPolicy wrapped = provider.wrap(policy, all);
    all.refuseUnread();
    return wrapped;
  }

  private static PolicySimulation generated(EvictionPolicy policy, int budget, int tokens) {
    PolicySimulation simulation =
        new PolicySimulation(policy, SimulatedLayer.of(1, 1, budget), WAVES);
    simulation.generate(tokens);
    return simulation;
  }

  private static PolicySimulation simulated(String spec, int budget, int tokens) {
    return generated(Policies.create(spec), budget, tokens);
  }

  @Test
  void poolingIsThatOfPyTorch() {
    EvictionPolicy fixed = new Fixed(new double[] {.10, .02, .03, .30, .01, .04}, Pins.NONE);

    assertThat(generated(wrap(fixed, "pool", "pool=3"), 5, 6).scores(0))
        .containsExactly(
            new double[] {.04, .05, .116667, .113333, .116667, .016667}, within(SIX_DIGITS));
    assertThat(generated(wrap(fixed, "pool", "pool=3", "kind=max"), 5, 6).scores(0))
        .containsExactly(.1, .1, .3, .3, .3, .04);
    assertThat(generated(wrap(fixed, "pool", "pool=1"), 5, 6).scores(0))
        .containsExactly(.10, .02, .03, .30, .01, .04);
    double[] everywhere = new double[6];
    Arrays.fill(everywhere, .5 / 99);
    assertThat(generated(wrap(fixed, "pool", "pool=99"), 5, 6).scores(0))
        .containsExactly(everywhere, within(1e-15));
  }

  @Test
  void pinnedEntriesKeepOutOfPoolingWhicheverWrapperPinsThem() {
    double[] scores = {9e9, .10, .02, .03, .30, -7e7, 8e8};
    EvictionPolicy pinning = new Fixed(scores, new Pins(1, 2));
    EvictionPolicy pinnedOutside =
        wrap(
            wrap(wrap(new Fixed(scores, Pins.NONE), "pool", "pool=3"), "sinks", "sinks=1"),
            "recent",
            "recent=2");

    for (EvictionPolicy policy :
        new EvictionPolicy[] {wrap(pinning, "pool", "pool=3"), pinnedOutside}) {
      assertThat(generated(policy, 6, 7).scores(0))
          .containsExactly(
              new double[] {9e9, .04, .05, .116667, .11, -7e7, 8e8}, within(SIX_DIGITS));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          none | .414349 .064681 .101805 .027859 .174152 .026721 .082446 .029072 | 0 2 4 8 9
          avg  | .159677 .193612 .064782 .101272 .076244 .094439 .04608 .037173   | 0 1 3 8 9
          """)
  void pooledSnapKvOfTheKnownStream(String kind, String scores, String kept) {
    EvictionPolicy layer = new LastTwo(Granularity.LAYER);
    PolicySimulation simulation =
        ofStream(kind.equals("none") ? layer : wrap(layer, "pool", "pool=3", "kind=" + kind));

    assertThat(Arrays.copyOf(simulation.scores(0), 8))
        .containsExactly(decimals(scores), within(SIX_DIGITS));
    assertThat(simulation.kept(0)).isEqualTo(numbers(kept));
  }

  @Test
  void pooledSnapKvOfEachHeadOfTheKnownStream() {
    EvictionPolicy heads = new LastTwo(Granularity.KV_HEAD);
    PolicySimulation average = ofStream(wrap(heads, "pool", "pool=3"));
    assertThat(average.kept(0)).containsExactly(0, 1, 2, 8, 9);
    assertThat(average.kept(1)).containsExactly(1, 3, 5, 8, 9);

    // the known numbers are the mean over both heads, each pooled by itself
    PolicySimulation largest = ofStream(wrap(heads, "pool", "pool=3", "kind=max"));
    double[] mean = new double[8];
    Arrays.setAll(mean, e -> (largest.scores(0)[e] + largest.scores(1)[e]) / 2);
    assertThat(mean)
        .containsExactly(
            decimals(".414349 .414349 .101805 .227222 .174538 .175176 .083497 .083497"),
            within(SIX_DIGITS));
  }

  private static PolicySimulation ofStream(EvictionPolicy policy) {
    PolicySimulation simulation = new PolicySimulation(policy, SimulatedLayer.of(2, 1, 5), STREAM);
    simulation.prompt(10, Regime.WHOLE);
    return simulation;
  }

  @Test
  void chunksShareTheMeanOfTheirScoresAndLeaveStateByState() {
    // chunks of three positions: means 5, 2, 4, and 9 of the one that has begun
    double[] scores = {3, 8, 4, 1, 2, 3, 4, 5, 3, 9};
    EvictionPolicy chunked = wrap(new Fixed(scores, Pins.NONE), "chunk", "chunk=3");
    PolicySimulation simulation = generated(chunked, 9, 10);
    assertThat(simulation.scores(0)).containsExactly(5, 5, 5, 2, 2, 2, 4, 4, 4, 9);
    assertThat(simulation.evicted(0)).containsExactly(3);

    for (int budget = 9; budget > 2; budget--) {
      PolicySimulation whole =
          new PolicySimulation(chunked, SimulatedLayer.of(1, 1, budget), WAVES);
      whole.prompt(10, Regime.WHOLE);
      long[] order = {3, 4, 5, 6, 7, 8, 0, 1};
      assertThat(whole.evicted(0)).containsExactlyInAnyOrder(Arrays.copyOf(order, 10 - budget));
    }
  }

  @Test
  void chunksAreOfPositionsNotOfRanks() {
    // position 1 leaves first: then 2 begins the second chunk of two, though it is the second state
    double[] scores = {9, 0, 1, 7, 5, 5};
    EvictionPolicy chunked = wrap(new Fixed(scores, Pins.NONE), "chunk", "chunk=2");
    PolicySimulation simulation = new PolicySimulation(chunked, SimulatedLayer.of(1, 1, 3), WAVES);
    simulation.generate(4); // chunks 0 1 | 2 3: 4.5 and 4, so 2 leaves
    assertThat(simulation.kept(0)).containsExactly(0, 1, 3);
    simulation.generate(1); // 0 1 | 3 | 4: 4.5, 7, 5
    assertThat(simulation.scores(0)).containsExactly(4.5, 4.5, 7, 5);
    assertThat(simulation.kept(0)).containsExactly(1, 3, 4);
    simulation.generate(1); // 1 | 3 | 4 5: 0, 7, 5
    assertThat(simulation.scores(0)).containsExactly(0, 7, 5, 5);
  }

  @Test
  void pinnedEntriesKeepOutOfTheMeanOfTheirChunk() {
    double[] scores = {1e12, 4, 2, 6, 8, -1e12};
    EvictionPolicy chunked = wrap(new Fixed(scores, new Pins(1, 1)), "chunk", "chunk=3");

    assertThat(generated(chunked, 5, 6).scores(0)).containsExactly(1e12, 3, 3, 7, 7, -1e12);
  }

  @Test
  void equalScoresStayEqualWhateverTheSizeOfTheirChunk() {
    double[] scores = new double[20];
    Arrays.fill(scores, .1);
    EvictionPolicy chunked = wrap(new Fixed(scores, Pins.NONE), "chunk", "chunk=7");

    assertThat(generated(chunked, 16, 17).scores(0)).containsOnly(.1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"+pool:1", "+pool:1,kind=max", "+chunk:1", "+recent:0", "+every:1"})
  void wrappersThatChangeNothingChangeNothing(String wrapper) {
    for (String policy : new String[] {"tova", "h2o:recent=3", "tova:granularity=kv-head"}) {
      assertThat(simulated(policy + wrapper, 9, 100).evictions())
          .as(policy)
          .hasSize(91)
          .isEqualTo(simulated(policy, 9, 100).evictions());
    }
  }

  @Test
  void poolingKeepsAColumnOfItsOwnBehindThoseThatDependOnTheShape() {
    record Wide(SetShape of) implements EvictionPolicy {
      @Override
      public Signals observes() {
        return Signals.NONE;
      }

      @Override
      public int columns(SetShape shape) {
        return shape.queryHeads();
      }

      @Override
      public void score(KvSet set, double[] scores) {
        assertThat(set.shape()).isEqualTo(of);
        for (int e = 0; e < set.size(); e++) {
          double[] last = set.column(set.shape().queryHeads() - 1);
          last[e]++;
          scores[e] = last[e];
        }
      }
    }
    SetShape shape = new SetShape(2, 3, 4);
    EvictionPolicy pooled = wrap(new Wide(shape), "pool", "pool=1");
    assertThat(pooled.columns(shape)).isEqualTo(7);
    PolicySimulation simulation = new PolicySimulation(pooled, SimulatedLayer.of(2, 3, 4), WAVES);
    simulation.generate(7);

    // decisions that each state has seen; the newest one of the second left at once
    assertThat(simulation.scores(0)).containsExactly(3, 3, 3, 3, 1);
  }

  @Test
  void recentStatesStay() {
    for (int recent : new int[] {1, 3, 8}) {
      PolicySimulation simulation = simulated("random+recent:" + recent, 9, 57);
      assertThat(simulation.kept(0))
          .hasSize(9)
          .endsWith(LongStream.range(57 - recent, 57).toArray());
    }
    assertThat(Policies.create("h2o:recent=5+recent:3").pins(20)).isEqualTo(new Pins(0, 5));
    assertThat(Policies.create("h2o:recent=5,sinks=2+recent:7").pins(20)).isEqualTo(new Pins(2, 7));
  }

  @Test
  void everyDropsAfterSoManySteps() {
    PolicySimulation simulation = simulated("window+every:5", 4, 23);

    assertThat(simulation.kept(0)).containsExactly(16, 17, 18, 19, 20, 21, 22);
    assertThat(simulation.evictions()).allSatisfy(e -> assertThat(e.query() % 5).isEqualTo(4));
  }

  @Test
  void promptEndDropsAtTheEndOfPromptsAlone() {
    PolicySimulation simulation =
        new PolicySimulation(Policies.create("tova+prompt-end"), SimulatedLayer.of(1, 1, 4), WAVES);
    simulation.prompt(9, Regime.STEPWISE);
    assertThat(simulation.kept(0)).hasSize(4);
    assertThat(simulation.evictions()).allSatisfy(e -> assertThat(e.query()).isEqualTo(8));
    simulation.generate(5);
    assertThat(simulation.kept(0)).hasSize(9);
    simulation.prompt(2, Regime.STEPWISE);
    assertThat(simulation.kept(0)).hasSize(4);
  }

  @Test
  void whatChangesScoresOrSchedulesDescribesThemNoMore() {
    for (String wrapper : new String[] {"pool:3", "chunk:3"}) {
      EvictionPolicy wrapped = Policies.create("window+" + wrapper);
      assertThat(wrapped.positional()).as(wrapper).isFalse();
      assertThat(wrapped.program()).as(wrapper).isEmpty();
    }
    for (String wrapper : new String[] {"every:3", "prompt-end"}) {
      EvictionPolicy wrapped = Policies.create("window+" + wrapper);
      assertThat(wrapped.positional()).as(wrapper).isFalse();
      assertThat(wrapped.program()).as(wrapper).isPresent();
    }
    assertThat(Policies.create("window+recent:2").positional()).isTrue();
    assertThat(Policies.create("tova+every:7").trigger()).isEqualTo(Trigger.every(7));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tova+pool:4          | pool of policy wrapper pool is '4', allowed is an odd number
          tova+pool:0          | pool of policy wrapper pool is '0', allowed is a whole number, 1 to
          tova+pool:kind=mean  | kind of policy wrapper pool is 'mean', allowed is avg or max
          tova+chunk:0         | chunk of policy wrapper chunk is '0', allowed is a whole number, 1 or
          tova+recent:-1       | recent of policy wrapper recent is '-1', allowed is a whole number
          tova+every:0         | every of policy wrapper every is '0', allowed is a whole number, 1 or
          full+every:2         | allowed is around a policy that drops states
          full+prompt-end      | allowed is around a policy that drops states
          tova+prompt-end:2    | policy wrapper prompt-end has no option 'prompt-end'; it has none
          tova+per-layer:1/0   | per-layer of policy wrapper per-layer is '1/0', allowed is numbers
          tova+per-layer:1//2  | per-layer of policy wrapper per-layer is '1//2', allowed is numbers
          tova+per-layer:1/x   | per-layer of policy wrapper per-layer is '1/x', allowed is numbers
          """)
  void badOptionsAreRefusedInASentence(String spec, String sentence) {
    assertThatThrownBy(() -> Policies.create(spec))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining(sentence);
  }

  private static long[] numbers(String text) {
    return Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
  }

  private static double[] decimals(String text) {
    return Arrays.stream(text.strip().split(" ")).mapToDouble(Double::parseDouble).toArray();
  }
}

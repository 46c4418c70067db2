package org.msrnn.api.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.SetShape;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/** Correct policies of every kind that the SPI is meant for keep the contract. */
class PolicyContractTest {
  @TestFactory
  Stream<DynamicTest> correctPoliciesOfEveryKindKeepTheContract() {
    Map<String, Plant.Provider> right = new LinkedHashMap<>();
    right.put("oldest", Plant.policy(Plant.Oldest::new));
    right.put("last row", Plant.policy(Plant.LastRow::new));
    right.put("sum over all queries", Plant.policy(Plant.Sum::new));
    right.put("key norm of each head", Plant.policy(KeyNorm::new));
    right.put("window of queries, largest head, at the end of a prompt", Plant.policy(Window::new));
    right.put("logits of each query head, every 5 steps", Plant.policy(Logits::new));
    right.put("values and random numbers", Plant.policy(NoisyValues::new));
    right.put("mean of query vectors in the memory of a set", Plant.policy(MeanQuery::new));
    right.put(
        "more pins than small budgets have room for",
        Plant.policy(
            () ->
                new Plant.LastRow() {
                  @Override
                  public Pins pins(int states) {
                    return new Pins(4, states / 2);
                  }
                }));
    return right.entrySet().stream()
        .map(entry -> dynamicTest(entry.getKey(), Plant.contract(entry.getValue())::verify));
  }

  @Test
  void aRightWrapperKeepsTheContractAndSoDoesOneAroundIt() {
    PolicyContract base = Plant.contract(Plant.policy(Plant.Sum::new));
    var same = new WrapperFaults.Wrapper((policy, options) -> policy);
    var scaled =
        new WrapperFaults.Wrapper(
            (policy, options) ->
                new WrapperFaults.Scaled(policy, options.number("wrapper", 1, 0.5, 2)));

    assertThatCode(base.wrapped(same, Map.of())::verify).doesNotThrowAnyException();
    assertThatCode(base.wrapped(scaled, Map.of("wrapper", "2")).wrapped(same, Map.of())::verify)
        .doesNotThrowAnyException();
  }

  @Test
  void aBrokenWrapperIsNamedWithWhatItIsAround() {
    PolicyContract contract =
        Plant.contract(Plant.policy(Plant.Oldest::new))
            .wrapped(new WrapperFaults.Wrapper((policy, _) -> policy), Map.of("size", "3"));

    assertThatThrownBy(contract::verify)
        .hasMessageContaining("Wrapper around org.msrnn.api.testkit.Plant$Provider with {size=3}")
        .hasMessageContaining("'unknown options are refused by name'");
  }

  @Test
  void aBrokenRuleNamesTheSeedThatShowsIt() {
    PolicyContract contract =
        Plant.contract(
            Plant.policy(
                () ->
                    new Plant.Oldest() {
                      @Override
                      public void score(KvSet set, double[] scores) {
                        super.score(set, scores);
                        scores[0] = set.budget() == 16 ? Double.NaN : 0;
                      }
                    }));

    assertThatThrownBy(contract::verify)
        .isInstanceOf(ContractViolation.class)
        .hasMessageMatching(".*breaks 'every score is set and finite': seed \\d+ \\(.*budget 16.*")
        .hasMessageContaining("NaN");
  }

  @Test
  void verifyStopsAtTheFirstBrokenRule() {
    assertThatThrownBy(Plant.contract(Plant.name(() -> "No Name"))::verify)
        .isInstanceOf(ContractViolation.class)
        .hasMessageContaining("breaks 'the name is well formed and stable'")
        .hasMessageContaining("'No Name'");
  }

  @Test
  void rulesHaveDifferentNames() {
    List<String> names =
        Plant.contract(Plant.policy(Plant.Oldest::new)).rules().map(Rule::name).toList();

    assertThat(names).hasSizeGreaterThan(20).doesNotHaveDuplicates();
  }

  @Test
  void theNumberOfSeedsIsAtLeastOne() {
    PolicyContract contract = Plant.contract(Plant.policy(Plant.Oldest::new));

    assertThatCode(contract.withSeeds(1)::verify).doesNotThrowAnyException();
    assertThatThrownBy(() -> contract.withSeeds(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void onceThroughAllTriesEveryShapeChunkAndBudget() {
    List<Integer> budgets = List.of(1, 2, 8, 16, 64);
    int all = AttentionShape.values().length * Scenario.CHUNKS.size() * budgets.size();

    assertThat(
            Stream.iterate(0L, seed -> seed + 1)
                .limit(all)
                .map(seed -> Scenario.of(seed, budgets))
                .map(s -> List.of(s.shape(), s.chunk(), s.layer().budget()))
                .distinct())
        .hasSize(all);
  }

  /** Knorm: one set a KV head, keys alone. */
  private static final class KeyNorm implements EvictionPolicy {
    @Override
    public String toString() {
      return getClass().getName();
    }

    @Override
    public Signals observes() {
      return Signals.NONE.withKeys();
    }

    @Override
    public Granularity granularity() {
      return Granularity.KV_HEAD;
    }

    @Override
    public void score(KvSet set, double[] scores) {
      float[] key = set.scratch();
      for (int e = 0; e < set.size(); e++) {
        set.key(0, e, key);
        double squares = 0;
        for (float number : key) {
          squares += (double) number * number;
        }
        scores[e] = -squares;
      }
    }

    @Override
    public Optional<ScoreProgram> program() {
      return Optional.of(new ScoreProgram.KeyNorm());
    }
  }

  /** The SnapKV kind: the last queries of a prompt, a ring of columns, once. */
  private static final class Window implements EvictionPolicy {
    @Override
    public String toString() {
      return getClass().getName();
    }

    private static final int QUERIES = 3;

    @Override
    public Signals observes() {
      return Signals.perKvHead(Signals.Reduce.MAX).withLastQueries(QUERIES);
    }

    @Override
    public int columns(SetShape shape) {
      return QUERIES;
    }

    @Override
    public Trigger trigger() {
      return Trigger.PROMPT_END;
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      double[] ring = set.column((int) (set.queries() % QUERIES));
      for (int e = 0; e < set.size(); e++) {
        ring[e] = 0;
        for (int h = 0; h < row.rows(); h++) {
          ring[e] += row.row(h)[e];
        }
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      for (int e = 0; e < set.size(); e++) {
        scores[e] = set.column(0)[e] + set.column(1)[e] + set.column(2)[e];
      }
    }
  }

  /** The Keyformer kind: raw logits with noise, and a decision every few steps. */
  private static final class Logits implements EvictionPolicy {
    @Override
    public String toString() {
      return getClass().getName();
    }

    @Override
    public Signals observes() {
      return Signals.perQueryHead().withLogits().withLastQueries(Signals.ALL_QUERIES);
    }

    @Override
    public int columns(SetShape shape) {
      return 1;
    }

    @Override
    public Trigger trigger() {
      return Trigger.every(5);
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      for (int e = 0; e < set.size(); e++) {
        for (int h = 0; h < row.rows(); h++) {
          set.column(0)[e] += Math.exp(row.row(h)[e] / 2 - 3) * (1 + set.random(e));
        }
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      System.arraycopy(set.column(0), 0, scores, 0, set.size());
    }
  }

  private static final class NoisyValues implements EvictionPolicy {
    @Override
    public String toString() {
      return getClass().getName();
    }

    @Override
    public Signals observes() {
      return Signals.NONE.withValues();
    }

    @Override
    public void score(KvSet set, double[] scores) {
      float[] value = set.scratch();
      for (int e = 0; e < set.size(); e++) {
        set.value(set.kvHeads() - 1, e, value);
        scores[e] = value[0] + set.random(e);
      }
    }
  }

  /** The Expected Attention kind: moments of queries, and a demand for a planner. */
  private static final class MeanQuery implements EvictionPolicy {
    @Override
    public String toString() {
      return getClass().getName();
    }

    @Override
    public Signals observes() {
      return Signals.NONE.withQueries().withKeys();
    }

    @Override
    public int memory(SetShape shape) {
      return shape.headSize();
    }

    @Override
    public void observe(KvSet set, AttentionRow row) {
      double[] mean = set.memory();
      float[] query = set.scratch();
      row.query(set.kvHeads() * set.group() - 1, query);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += (query[i] - mean[i]) / set.queries();
      }
    }

    @Override
    public void score(KvSet set, double[] scores) {
      float[] key = set.scratch();
      for (int e = 0; e < set.size(); e++) {
        set.key(0, e, key);
        scores[e] = 0;
        for (int i = 0; i < key.length; i++) {
          scores[e] += key[i] * set.memory()[i];
        }
      }
    }

    @Override
    public double demand(KvSet set) {
      return Math.abs(set.memory()[0]) * set.size();
    }
  }
}

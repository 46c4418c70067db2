package org.msrnn.api.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.msrnn.api.PolicyException;
import org.msrnn.api.policy.AttentionRow;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.policy.Trigger;

/** Wrong policies, each of them caught by the rule that is meant for its fault. */
class PlantedFaultsTest {
  private static final String NAME = "the name is well formed and stable";
  private static final String SUMMARY = "the summary is one line";
  private static final String UNKNOWN = "unknown options are refused by name";
  private static final String VALUES = "bad values of options are refused by name";
  private static final String SANE = "declarations are sane";
  private static final String STABLE = "declarations are stable";
  private static final String TEXT = "toString names the policy and is stable";
  private static final String PINS = "pins leave something to drop";
  private static final String BUDGET = "a set stays within its budget, whatever it is fed";
  private static final String FINITE = "every score is set and finite";
  private static final String BEHIND = "nothing is written behind the set";
  private static final String ROWS = "attention rows are not changed";
  private static final String UNDECLARED = "nothing is read that is not declared";
  private static final String USED = "what is declared is used";
  private static final String POSITIONAL =
      "a positional policy drops the oldest that is not pinned";
  private static final String PROGRAM = "the score program drops the same states as the score";
  private static final String SAME = "the same seed drops the same states";
  private static final String EARLIER = "earlier sequences leave no trace";
  private static final String BATCH = "sequences of a batch do not influence each other";
  private static final String MOVING = "arrays may move between calls";
  private static final String FORK = "a fork and a restored state go on alike";
  private static final String THREADS = "one instance serves many threads";

  private final Map<String, List<Object>> plants = new LinkedHashMap<>();

  @TestFactory
  Stream<DynamicTest> everyPlantedFaultIsCaughtByItsRule() {
    providers();
    declarations();
    scoring();
    memory();
    return plants.entrySet().stream()
        .map(
            plant ->
                dynamicTest(
                    plant.getKey(),
                    () -> {
                      List<Object> parts = plant.getValue();
                      List<String> broken = broken((EvictionPolicyProvider) parts.get(0));
                      assertThat(broken).containsAll(rules(parts));
                    }));
  }

  @TestFactory
  Stream<DynamicTest> everyRuleCatchesSomePlantedFault() {
    providers();
    declarations();
    scoring();
    memory();
    List<String> expected =
        plants.values().stream().flatMap(parts -> rules(parts).stream()).toList();
    return Plant.contract(Plant.policy(Plant.Oldest::new))
        .rules()
        .map(rule -> dynamicTest(rule.name(), () -> assertThat(expected).contains(rule.name())));
  }

  private static List<String> rules(List<Object> parts) {
    return parts.subList(1, parts.size()).stream().map(String.class::cast).toList();
  }

  /** Names of the rules that a policy breaks; each message says which, and by whom. */
  private static List<String> broken(EvictionPolicyProvider provider) {
    List<String> broken = new ArrayList<>();
    Plant.contract(provider)
        .rules()
        .forEach(
            rule -> {
              try {
                rule.check();
              } catch (ContractViolation e) {
                assertThat(e).hasMessageContaining("breaks '" + rule.name() + "': ");
                broken.add(rule.name());
              }
            });
    return broken;
  }

  private void plant(String fault, EvictionPolicyProvider provider, String... rules) {
    List<Object> parts = new ArrayList<>(List.of(provider));
    parts.addAll(List.of(rules));
    plants.put(fault, parts);
  }

  private void plant(String fault, Supplier<EvictionPolicy> policy, String... rules) {
    plant(fault, Plant.policy(policy), rules);
  }

  private void providers() {
    plant(
        "the toString of Object",
        () ->
            new Plant.Oldest() {
              @Override
              public String toString() {
                return getClass().getName() + "@" + Integer.toHexString(hashCode());
              }
            },
        TEXT);
    plant("a name with a slash", Plant.name(() -> "a/b"), NAME);
    plant("a name in capitals", Plant.name(() -> "Tova"), NAME);
    plant("a name of 10,000 characters", Plant.name(() -> "a".repeat(10_000)), NAME);
    plant("an empty name", Plant.name(() -> ""), NAME);
    AtomicLong calls = new AtomicLong();
    plant("a name that changes", Plant.name(() -> "n" + calls.incrementAndGet()), NAME);
    plant("a blank summary", Plant.summary(" "), SUMMARY);
    plant("a summary of two lines", Plant.summary("one\ntwo"), SUMMARY);
    plant(
        "an option whose bad value ends in a number format exception",
        Plant.options(
            options -> {
              Integer.parseInt(options.text("size", "1", "any text"));
              return new Plant.Oldest();
            }),
        VALUES);
    plant(
        "an option that refuses everything unknown without its name",
        Plant.options(
            options -> {
              try {
                options.refuseUnread();
              } catch (RuntimeException e) {
                throw new IllegalStateException("bad option", e);
              }
              return new Plant.Oldest();
            }),
        UNKNOWN);
    plant(
        "a provider that throws",
        Plant.options(
            _ -> {
              throw new IllegalStateException("not today");
            }),
        UNKNOWN,
        SANE);
  }

  private void declarations() {
    plant("columns below 0", () -> columns(-1), SANE);
    plant("a million columns", () -> columns(1_000_000), SANE);
    AtomicLong instances = new AtomicLong();
    plant(
        "columns that differ by instance",
        () -> columns((int) instances.incrementAndGet()),
        STABLE);
    plant(
        "columns that change from call to call",
        () ->
            new Plant.Oldest() {
              private int calls;

              @Override
              public int columns() {
                return calls++;
              }
            },
        STABLE);
    plant(
        "pins for all states",
        () ->
            new Plant.Oldest() {
              @Override
              public Pins pins(int states) {
                return new Pins(states / 2, states - states / 2);
              }
            },
        PINS);
    plant(
        "pins below 0 for a small budget",
        () ->
            new Plant.Oldest() {
              @Override
              public Pins pins(int states) {
                return new Pins(0, states - 4);
              }
            },
        PINS);
    plant(
        "positional, but drops the newest",
        () ->
            new Plant.Oldest() {
              @Override
              public boolean positional() {
                return true;
              }

              @Override
              public void score(KvSet set, double[] scores) {
                for (int e = 0; e < set.size(); e++) {
                  scores[e] = -e;
                }
              }
            },
        POSITIONAL);
    plant(
        "positional, but asks for rows",
        () ->
            new Plant.LastRow() {
              @Override
              public boolean positional() {
                return true;
              }
            },
        SANE,
        POSITIONAL);
    plant("a program of another score", () -> program(new ScoreProgram.Position()), PROGRAM);
    plant("a program with decay 2", () -> program(new ScoreProgram.Accumulate(2, 1)), SANE);
    plant("a program without its keys", () -> program(new ScoreProgram.KeyNorm()), SANE);
    plant(
        "sums all queries, but asks for the newest alone",
        () ->
            new Plant.Sum() {
              @Override
              public Signals observes() {
                return Signals.mean();
              }
            },
        PROGRAM);
    plant(
        "asks for rows and does not use them",
        () ->
            new Plant.Oldest() {
              @Override
              public Signals observes() {
                return Signals.perQueryHead();
              }
            },
        USED);
    plant(
        "asks for keys and does not read them",
        () ->
            new Plant.Oldest() {
              @Override
              public Signals observes() {
                return Signals.NONE.withKeys();
              }
            },
        USED);
    plant(
        "asks for a column too many",
        () ->
            new Plant.LastRow() {
              @Override
              public int columns() {
                return 2;
              }
            },
        USED);
    plant(
        "asks for rows and never decides",
        () ->
            new Plant.LastRow() {
              @Override
              public Trigger trigger() {
                return Trigger.NEVER;
              }
            },
        USED);
  }

  private static EvictionPolicy columns(int columns) {
    return new Plant.Oldest() {
      @Override
      public int columns() {
        return columns;
      }
    };
  }

  private static EvictionPolicy program(ScoreProgram program) {
    return new Plant.LastRow() {
      @Override
      public Optional<ScoreProgram> program() {
        return Optional.of(program);
      }
    };
  }

  private void scoring() {
    plant(
        "scores of NaN",
        () -> scores((set, scores) -> scores[set.size() / 2] = Double.NaN),
        FINITE);
    plant(
        "infinity in place of a pin",
        () -> scores((set, scores) -> scores[0] = Double.POSITIVE_INFINITY),
        FINITE);
    plant(
        "the newest left unset",
        () ->
            new Plant.Oldest() {
              @Override
              public void score(KvSet set, double[] scores) {
                for (int e = 0; e < set.size() - 1; e++) {
                  scores[e] = e;
                }
              }
            },
        FINITE);
    plant("fills the whole array", () -> scores((set, scores) -> Arrays.fill(scores, 1)), BEHIND);
    plant(
        "fills a whole column",
        () ->
            new Plant.LastRow() {
              @Override
              public void observe(KvSet set, AttentionRow row) {
                Arrays.fill(set.column(0), 0);
                super.observe(set, row);
              }
            },
        BEHIND);
    plant(
        "normalises a row in place",
        () ->
            new Plant.LastRow() {
              @Override
              public void observe(KvSet set, AttentionRow row) {
                row.row(0)[set.size() - 1] *= 0.5f;
                super.observe(set, row);
              }
            },
        ROWS);
    plant(
        "reads keys undeclared",
        () -> scores((set, scores) -> set.key(0, 0, new float[set.headSize()])),
        UNDECLARED);
    plant(
        "reads values undeclared and swallows the refusal",
        () ->
            scores(
                (set, scores) -> {
                  try {
                    set.value(0, 0, new float[set.headSize()]);
                  } catch (PolicyException e) {
                    scores[0] = -1;
                  }
                }),
        UNDECLARED);
    plant("writes a column it has not", () -> scores((set, _) -> set.column(0)[0] = 1), UNDECLARED);
    plant(
        "throws when it scores",
        () ->
            scores(
                (set, _) -> {
                  if (set.budget() == 2) {
                    throw new ArrayIndexOutOfBoundsException("2");
                  }
                }),
        BUDGET);
    plant(
        "throws when it observes",
        () ->
            new Plant.LastRow() {
              @Override
              public void observe(KvSet set, AttentionRow row) {
                throw new UnsupportedOperationException("later");
              }
            },
        BUDGET);
  }

  private interface Score {
    void of(KvSet set, double[] scores);
  }

  /** The oldest leaves, but for what {@code spoilt} does to the scores. */
  private static EvictionPolicy scores(Score spoilt) {
    return new Plant.Oldest() {
      @Override
      public void score(KvSet set, double[] scores) {
        super.score(set, scores);
        spoilt.of(set, scores);
      }
    };
  }

  private void memory() {
    plant(
        "sums in an array of its own, by entry",
        () -> new Remembering.OwnSums(false),
        EARLIER,
        BATCH,
        FORK);
    plant(
        "sums in an array of its own, cleared with each new sequence",
        () -> new Remembering.OwnSums(true),
        BATCH,
        FORK);
    AtomicLong counter = new AtomicLong();
    plant(
        "a counter shared by all",
        () -> scores((set, scores) -> scores[(int) (counter.getAndIncrement() % set.size())] = -1),
        SAME);
    plant(
        "the time of day",
        () -> scores((set, scores) -> scores[(int) (System.nanoTime() / 100 % set.size())] = -1),
        SAME);
    Random random = new Random();
    plant(
        "random numbers of its own",
        () -> scores((set, scores) -> scores[random.nextInt(set.size())] = -1),
        SAME);
    plant("keeps the row", Remembering.KeptRow::new, MOVING);
    plant("keeps its column", Remembering.KeptColumn::new, MOVING);
    plant("keeps the set", Remembering.KeptSet::new, MOVING);
    plant(
        "works for the thread that made it alone",
        () -> {
          Thread maker = Thread.currentThread();
          return scores(
              (set, scores) ->
                  scores[set.size() - 1] = Thread.currentThread().equals(maker) ? set.size() : -1);
        },
        THREADS);
  }
}

package org.msrnn.api.testkit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;

/** Wrong policies with the names of the rules that must catch them. */
final class Plants {
  static final String NAME = "the name is well formed and stable";
  static final String SUMMARY = "the summary is one line";
  static final String UNKNOWN = "unknown options are refused by name";
  static final String VALUES = "bad values of options are refused by name";
  static final String SANE = "declarations are sane";
  static final String STABLE = "declarations are stable";
  static final String TEXT = "toString names the policy and is stable";
  static final String PINS = "pins leave something to drop";
  static final String BUDGET = "a set stays within its budget, whatever it is fed";
  static final String FINITE = "every score is set and finite";
  static final String BEHIND = "nothing is written behind the set";
  static final String ROWS = "attention rows are not changed";
  static final String UNDECLARED = "nothing is read that is not declared";
  static final String USED = "what is declared is used";
  static final String POSITIONAL = "a positional policy drops the oldest that is not pinned";
  static final String PROGRAM = "the score program drops the same states as the score";
  static final String SAME = "the same seed drops the same states";
  static final String EARLIER = "earlier sequences leave no trace";
  static final String BATCH = "sequences of a batch do not influence each other";
  static final String MOVING = "arrays may move between calls";
  static final String FORK = "a fork and a restored state go on alike";
  static final String THREADS = "one instance serves many threads";
  static final String DEMAND = "a demand is finite, 0 or more, and writes no column";
  static final String GARBAGE = "a step leaves no garbage";

  private final Map<String, Planted> all = new LinkedHashMap<>();

  /** A fault. */
  record Planted(PolicyContract contract, List<String> rules) {}

  Map<String, Planted> all() {
    return all;
  }

  void plant(String fault, PolicyContract contract, String... rules) {
    if (all.put(fault, new Planted(contract, List.of(rules))) != null) {
      throw new IllegalStateException("planted twice: " + fault);
    }
  }

  void plant(String fault, EvictionPolicyProvider provider, String... rules) {
    plant(fault, Plant.contract(provider), rules);
  }

  void plant(String fault, Supplier<EvictionPolicy> policy, String... rules) {
    plant(fault, Plant.policy(policy), rules);
  }
}

package org.msrnn.eval.command;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.eval.report.PolicyFacts;

/** Lists of policies as users write them. */
final class PolicyList {
  private PolicyList() {}

  /** Stands for every policy that is found and needs no option, in the order of their names. */
  private static final String ALL = "all";

  /**
   * Reads a list in which {@code all} may stand.
   *
   * @param policies the list
   * @param catalog what is found
   * @param notes is told which policies {@code all} leaves out
   * @throws InvalidOptionException if it is empty
   */
  static List<String> parse(String policies, Catalog catalog, Consumer<String> notes) {
    List<String> list = new ArrayList<>();
    for (String policy : parse(policies)) {
      if (policy.equals(ALL)) {
        for (PolicyFacts facts : catalog.policies().stream().map(PolicyFacts::of).toList()) {
          if (facts.needs() == null) {
            list.add(facts.name());
          } else {
            notes.accept(ALL + " leaves out " + facts.name() + ": " + facts.needs());
          }
        }
      } else {
        list.add(policy);
      }
    }
    return list;
  }

  /**
   * Reads a list. Options of a policy have commas too: {@code tova:sinks=4,keep-newest=true} stays
   * one policy, since what follows its comma is an option of it where it holds {@code =}, or where
   * ; separates.
   *
   * @throws InvalidOptionException if it is empty
   */
  static List<String> parse(String policies) {
    return parse("policies", "one policy or more", policies);
  }

  /** Reads a list of another option that is written like policies. */
  static List<String> parse(String option, String allowed, String policies) {
    List<String> list = new ArrayList<>();
    if (policies.contains(";")) {
      list.addAll(List.of(policies.split(";")));
    } else {
      for (String part : policies.split(",")) {
        boolean isOption = part.strip().matches("[a-z][a-z0-9-]*=.*");
        if (isOption && !list.isEmpty() && list.getLast().contains(":")) {
          list.set(list.size() - 1, list.getLast() + "," + part);
        } else {
          list.add(part);
        }
      }
    }
    list.replaceAll(String::strip);
    list.removeIf(String::isEmpty);
    if (list.isEmpty()) {
      throw new InvalidOptionException(option, "'" + policies + "'", allowed);
    }
    return list;
  }
}

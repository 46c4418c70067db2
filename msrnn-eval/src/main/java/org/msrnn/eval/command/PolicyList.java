package org.msrnn.eval.command;

import java.util.ArrayList;
import java.util.List;
import org.msrnn.api.InvalidOptionException;

/** Lists of policies as users write them. */
final class PolicyList {
  private PolicyList() {}

  /**
   * Reads a list. Options of a policy have commas too: {@code tova:sinks=4,keep-newest=true} stays
   * one policy, since what follows its comma is an option of it where it holds {@code =}, or where
   * ; separates.
   *
   * @throws InvalidOptionException if it is empty
   */
  static List<String> parse(String policies) {
    List<String> list = new ArrayList<>();
    if (policies.contains(";")) {
      list.addAll(List.of(policies.split(";")));
    } else {
      for (String part : policies.split(",")) {
        boolean option = part.strip().matches("[a-z][a-z0-9-]*=.*");
        if (option && !list.isEmpty() && list.getLast().contains(":")) {
          list.set(list.size() - 1, list.getLast() + "," + part);
        } else {
          list.add(part);
        }
      }
    }
    list.replaceAll(String::strip);
    list.removeIf(String::isEmpty);
    if (list.isEmpty()) {
      throw new InvalidOptionException("policies", "'" + policies + "'", "one policy or more");
    }
    return list;
  }
}

package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Options;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.plugin.Found;
import org.msrnn.eval.report.TextTable;
import picocli.CommandLine.Command;

/** {@code msrnn policies}. */
@Command(
    name = "policies",
    description = "The policies that are found and their options, and what is not usable and why.")
final class PoliciesCommand implements Callable<Integer> {
  private final Session session;

  @Inject
  PoliciesCommand(Session session) {
    this.session = session;
  }

  /** A policy as found. */
  record Policy(
      String name,
      String summary,
      List<String> options,
      String observes,
      String granularity,
      String module,
      String origin) {

    static Policy of(Found<EvictionPolicyProvider> found) {
      Options options = Options.none("policy " + found.name());
      String summary = "";
      String observes;
      String granularity;
      try {
        summary = found.provider().summary();
        EvictionPolicy policy = found.provider().create(options);
        observes = policy.observes().toString();
        granularity = Options.written(policy.granularity());
      } catch (MsrnnException e) { // a policy that cannot do without an option
        observes = "depends on options";
        granularity = "depends on options";
      } catch (RuntimeException | LinkageError e) { // costs a plug-in its line, not the list
        observes = "cannot be made: " + e;
        granularity = "unknown";
      }
      return new Policy(
          found.name(),
          summary,
          options.declared().stream().map(Options.Declared::name).sorted().toList(),
          observes,
          granularity,
          found.module(),
          found.origin());
    }
  }

  @Override
  public Integer call() {
    Catalog catalog = session.catalog();
    List<Policy> policies = new ArrayList<>();
    catalog.policies().forEach(found -> policies.add(Policy.of(found)));
    List<String> schemes = catalog.positionSchemes().stream().map(Found::name).toList();
    List<String> planners = catalog.budgetPlanners().stream().map(Found::name).toList();
    session.print(
        Map.of(
            "policies", policies,
            "positions", schemes,
            "budgets", planners,
            "refused", catalog.refused()),
        text(policies, schemes, planners, catalog));
    return 0;
  }

  private static String text(
      List<Policy> policies, List<String> schemes, List<String> planners, Catalog catalog) {
    StringBuilder text = new StringBuilder();
    TextTable table = new TextTable(5, "policy", "options", "observes", "module", "from");
    for (Policy p : policies) {
      table.add(p.name(), String.join(", ", p.options()), p.observes(), p.module(), p.origin());
    }
    text.append(table).append('\n');
    TextTable summaries = new TextTable(2, "policy", "what it does");
    policies.forEach(p -> summaries.add(p.name(), p.summary()));
    text.append(summaries);
    text.append("\npositions: ").append(String.join(", ", schemes));
    text.append("\nbudgets:   ").append(String.join(", ", planners)).append('\n');
    return text + refused(catalog);
  }

  /** What is not usable, shared with {@code msrnn backends}. */
  static String refused(Catalog catalog) {
    return Stream.of(catalog.refused())
        .filter(list -> !list.isEmpty())
        .map(
            list -> {
              TextTable table = new TextTable(2, "refused", "why");
              list.forEach(r -> table.add(r.origin(), r.reason()));
              return "\n" + table;
            })
        .findFirst()
        .orElse("");
  }
}

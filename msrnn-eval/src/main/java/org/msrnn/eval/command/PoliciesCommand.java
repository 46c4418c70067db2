package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.msrnn.api.policy.Options;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.eval.report.PolicyFacts;
import org.msrnn.eval.report.PolicyPage;
import org.msrnn.eval.report.TextTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code msrnn policies}. */
@Command(
    name = "policies",
    description =
        "The policies, wrappers, position schemes and budget planners that are found, their"
            + " options, and what is not usable and why.")
final class PoliciesCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = "--markdown",
      description = "Print the page docs/policies.md: options, memory, papers, known differences.")
  boolean markdown;

  @Inject
  PoliciesCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Catalog catalog = session.catalog();
    PolicyPage page = PolicyPage.of(catalog, StateOptions.One.WRAPPED);
    if (markdown) {
      session.console().print(page.markdown().stripTrailing());
      return 0;
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("policies", page.policies());
    json.put("wrappers", page.wrappers());
    json.put("positions", page.schemes());
    json.put("budgets", page.planners());
    json.put("refused", catalog.refused());
    session.print(json, text(page) + refused(catalog));
    return 0;
  }

  private static String text(PolicyPage page) {
    return table("policy", page.policies())
        + "\n"
        + table("wrapper", page.wrappers())
        + "\n"
        + parts("positions", page.schemes())
        + "\n"
        + parts("budgets", page.planners());
  }

  private static TextTable table(String kind, List<PolicyFacts> all) {
    TextTable table = new TextTable(5, kind, "what it does", "options", "module", "from");
    for (PolicyFacts p : all) {
      String summary = p.needs() == null ? p.summary() : p.summary() + " (" + p.needs() + ")";
      table.add(p.name(), summary, names(p.options()), p.module(), p.origin());
    }
    return table;
  }

  private static TextTable parts(String kind, List<PolicyPage.Part> all) {
    TextTable table = new TextTable(3, kind, "what it does", "options");
    all.forEach(p -> table.add(p.name(), p.summary(), names(p.options())));
    return table;
  }

  private static String names(List<Options.Declared> options) {
    return String.join(", ", options.stream().map(Options.Declared::name).toList());
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

package org.msrnn.eval.report;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PositionSchemeProvider;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.plugin.Found;

/**
 * The page of policies: all that was found, in the words of the services themselves.
 *
 * @param policies policies, by name
 * @param wrappers what goes around them, by name
 * @param schemes position schemes, by name
 * @param planners budget planners, by name
 */
public record PolicyPage(
    List<PolicyFacts> policies,
    List<PolicyFacts> wrappers,
    List<Part> schemes,
    List<Part> planners) {

  /**
   * A position scheme or budget planner.
   *
   * @param name the name users write
   * @param summary what it does
   * @param paper where it was published; empty for common practice
   * @param options its options
   */
  public record Part(String name, String summary, String paper, List<Options.Declared> options) {}

  /**
   * The page of a catalogue.
   *
   * @param around policies as users write them, that wrappers are put around
   */
  public static PolicyPage of(Catalog catalog, List<String> around) {
    return new PolicyPage(
        catalog.policies().stream().map(PolicyFacts::of).toList(),
        catalog.wrappers().stream().map(w -> PolicyFacts.of(w, catalog, around)).toList(),
        catalog.positionSchemes().stream().map(PolicyPage::scheme).toList(),
        catalog.budgetPlanners().stream().map(PolicyPage::planner).toList());
  }

  private static Part scheme(Found<PositionSchemeProvider> found) {
    PositionSchemeProvider p = found.provider();
    return part(found.name(), p::summary, p::paper, p::create);
  }

  private static Part planner(Found<BudgetPlannerProvider> found) {
    BudgetPlannerProvider p = found.provider();
    return part(found.name(), p::summary, p::paper, p::create);
  }

  private static Part part(
      String name,
      Supplier<String> summary,
      Supplier<String> paper,
      Function<Options, Object> create) {
    Options options = Options.none(name);
    try {
      var _ = create.apply(options);
    } catch (RuntimeException | LinkageError e) {
      // one that cannot do without an option has declared it before it failed
    }
    return new Part(name, summary.get(), paper.get(), options.declared());
  }

  /** The page in Markdown: docs/policies.md. */
  public String markdown() {
    return new PolicyMarkdown(this).text();
  }
}

package org.msrnn.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.msrnn.eval.retention.Regret;
import org.msrnn.eval.sweep.Metric;
import org.msrnn.eval.task.Reference;

/**
 * Where each policy stands between the clairvoyant reference and random choice, of a task's main
 * metric, where the journal holds both at its state size.
 */
public final class Regrets {
  private static final String RANDOM = "random";

  private Regrets() {}

  /**
   * A policy's regret.
   *
   * @param policy the policy as {@link Summary.Row} names it
   * @param state k
   * @param regret 0 for clairvoyant, 1 for random
   */
  public record Row(String policy, int state, double regret) {}

  /** The regrets of a section, in the order of its rows. */
  public static List<Row> of(Summary.Section section) {
    Metric metric = section.main();
    List<Row> regrets = new ArrayList<>();
    for (Summary.Row row : section.rows()) {
      Double value = row.value(metric);
      Optional<Double> best = value(section, row, Reference.CLAIRVOYANT.written());
      Optional<Double> random = value(section, row, RANDOM);
      if (row.state() != null && value != null && best.isPresent() && random.isPresent()) {
        double regret = new Regret(value, best.get(), random.get()).value();
        if (Double.isFinite(regret)) {
          regrets.add(new Row(row.policy(), row.state(), regret));
        }
      }
    }
    return regrets;
  }

  /** The main metric of another policy, under the same settings as a row. */
  private static Optional<Double> value(Summary.Section section, Summary.Row row, String policy) {
    int settings = row.policy().indexOf(", ");
    String name = policy + (settings < 0 ? "" : row.policy().substring(settings));
    return section.rows().stream()
        .filter(other -> other.policy().equals(name))
        .filter(other -> Objects.equals(other.state(), row.state()))
        .flatMap(other -> Optional.ofNullable(other.value(section.main())).stream())
        .findFirst();
  }
}

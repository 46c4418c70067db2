package org.msrnn.api.testkit;

/** One rule of a contract. */
public final class Rule {
  private final String name;
  private final Runnable body;

  Rule(String name, Runnable body) {
    this.name = name;
    this.body = body;
  }

  /** What the rule demands, as a short sentence. */
  public String name() {
    return name;
  }

  /**
   * Checks the rule.
   *
   * @throws ContractViolation if it is broken; the message holds the seed that shows it
   */
  public void check() {
    body.run();
  }

  @Override
  public String toString() {
    return name;
  }
}

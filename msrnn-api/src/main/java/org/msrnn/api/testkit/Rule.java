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

  /** The rule with its author and name in the message, whatever the author's code throws. */
  Rule named(String author) {
    String broken = author + " breaks '" + name + "': ";
    return new Rule(
        name,
        () -> {
          try {
            body.run();
          } catch (ContractViolation e) {
            throw new ContractViolation(broken + e.getMessage(), e);
          } catch (RuntimeException | LinkageError e) {
            throw new ContractViolation(broken + "it threw " + e, e);
          }
        });
  }

  @Override
  public String toString() {
    return name;
  }
}

package org.msrnn.api;

/** An option has a value that it may not have, or does not exist. A usage error (exit code 2). */
public final class InvalidOptionException extends MsrnnException {
  private static final long serialVersionUID = 1L;

  private final String option;

  /**
   * A bad option.
   *
   * @param option its name, as the user wrote it
   * @param found the value found
   * @param allowed the values allowed, in words
   */
  public InvalidOptionException(String option, String found, String allowed) {
    super(option + " is " + found + ", allowed is " + allowed);
    this.option = option;
  }

  /** A bad option, with a sentence of its own. */
  public InvalidOptionException(String option, String sentence) {
    super(sentence);
    this.option = option;
  }

  /** The name of the option at fault. */
  public String option() {
    return option;
  }
}

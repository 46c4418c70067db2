package org.msrnn.eval.task;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What stands beside the policies in an evaluation, named as if it were one, and is none. */
public enum Reference {
  /** The same model on a sequence cut to k tokens (arXiv 2401.06104, section 4.1). */
  BASELINE,

  /**
   * What hindsight allows: in each layer the state leaves whose place is worth least by what the
   * unbounded model will attend to from here on, known from a first pass over the document.
   */
  CLAIRVOYANT;

  /** Its name among policies. */
  public String written() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The reference of a name. */
  static Optional<Reference> of(String name) {
    return Stream.of(values()).filter(r -> r.written().equals(name.strip())).findFirst();
  }
}

package org.msrnn.api.backend;

/** The answer of {@link BackendProvider#probe}. */
public sealed interface Availability {
  /**
   * It can run.
   *
   * @param device what it runs on, for people
   * @param rank the higher is preferred when the user does not choose: 0 plain, 100 vector CPU, 200
   *     a GPU; below 0 never chosen by itself
   */
  record Available(String device, int rank) implements Availability {}

  /**
   * It cannot run.
   *
   * @param reason one sentence that says what is missing and what to do
   * @param broken whether a device is there and does not work, which users are told when another
   *     backend is chosen in its place; false where there is none, which is nothing to speak of
   */
  record Unavailable(String reason, boolean broken) implements Availability {
    /** There is no device. */
    public Unavailable(String reason) {
      this(reason, false);
    }
  }
}

package org.msrnn.api.testkit;

import static org.msrnn.api.testkit.Plants.NAME;
import static org.msrnn.api.testkit.Plants.SANE;
import static org.msrnn.api.testkit.Plants.SUMMARY;
import static org.msrnn.api.testkit.Plants.TEXT;
import static org.msrnn.api.testkit.Plants.UNKNOWN;
import static org.msrnn.api.testkit.Plants.VALUES;

import java.util.concurrent.atomic.AtomicLong;

/** Providers of policies that do not answer as they must. */
final class ProviderFaults {
  private ProviderFaults() {}

  static void into(Plants plants) {
    plants.plant(
        "the toString of Object",
        () ->
            new Plant.Oldest() {
              @Override
              public String toString() {
                return getClass().getName() + "@" + Integer.toHexString(hashCode());
              }
            },
        TEXT);
    plants.plant("a name with a slash", Plant.name(() -> "a/b"), NAME);
    plants.plant("a name in capitals", Plant.name(() -> "Tova"), NAME);
    plants.plant("a name of 10,000 characters", Plant.name(() -> "a".repeat(10_000)), NAME);
    plants.plant("an empty name", Plant.name(() -> ""), NAME);
    AtomicLong calls = new AtomicLong();
    plants.plant("a name that changes", Plant.name(() -> "n" + calls.incrementAndGet()), NAME);
    plants.plant("a blank summary", Plant.summary(" "), SUMMARY);
    plants.plant("a summary of two lines", Plant.summary("one\ntwo"), SUMMARY);
    plants.plant(
        "an option whose bad value ends in a number format exception",
        Plant.options(
            options -> {
              Integer.parseInt(options.text("size", "1", "any text"));
              return new Plant.Oldest();
            }),
        VALUES);
    plants.plant(
        "an option that refuses everything unknown without its name",
        Plant.options(
            options -> {
              try {
                options.refuseUnread();
              } catch (RuntimeException e) {
                throw new IllegalStateException("bad option", e);
              }
              return new Plant.Oldest();
            }),
        UNKNOWN);
    plants.plant(
        "a provider that throws",
        Plant.options(
            _ -> {
              throw new IllegalStateException("not today");
            }),
        UNKNOWN,
        SANE);
  }
}

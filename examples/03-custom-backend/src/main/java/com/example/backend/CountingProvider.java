package com.example.backend;

import java.util.Optional;
import java.util.ServiceLoader;
import org.msrnn.api.backend.Availability;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.BackendProvider;
import org.msrnn.api.policy.Options;

/**
 * {@code counting}: another backend's kernels, counted. When it is closed, stderr gets a table of
 * them. Option: {@code of}, the backend that computes, {@code cpu} if not given.
 */
public final class CountingProvider implements BackendProvider {
  @Override
  public String name() {
    return "counting";
  }

  /** Below 0: it runs, but nobody gets it who has not asked for it. */
  @Override
  public Availability probe() {
    return new Availability.Available("counts the kernels of another backend", -1);
  }

  @Override
  public Backend open(Options options) {
    String name = options.text("of", "cpu", "the name of another backend");
    BackendProvider other =
        find(name).orElseThrow(() -> options.refusal("of", name, "the name of another backend"));
    return new CountingBackend(other.open(Options.none(name)), System.err);
  }

  /** A backend of msrnn's, or of another plug-in that this one can see. */
  static Optional<BackendProvider> find(String name) {
    return ServiceLoader.load(CountingProvider.class.getModule().getLayer(), BackendProvider.class)
        .stream()
        .filter(found -> found.type() != CountingProvider.class)
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.name().equals(name))
        .findFirst();
  }
}

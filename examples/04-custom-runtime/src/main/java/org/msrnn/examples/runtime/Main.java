package org.msrnn.examples.runtime;

import java.util.List;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.plugin.Found;

/**
 * Says what this image can do: it holds core, the built-in policies and one backend, and nothing of
 * msrnn-eval. A real program would open a model here, as example 01 does.
 */
final class Main {
  private Main() {}

  static void main() {
    Catalog catalog = Catalog.discover(List.of());
    IO.println("policies: " + names(catalog.policies()));
    IO.println("backends: " + names(catalog.backends()));
  }

  private static String names(List<? extends Found<?>> found) {
    return String.join(", ", found.stream().map(Found::name).toList());
  }
}

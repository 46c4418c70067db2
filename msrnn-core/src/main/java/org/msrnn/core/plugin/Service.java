package org.msrnn.core.plugin;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One kind of service, and the providers of it that were found, by name. A provider that cannot be
 * loaded, constructed or asked for its name is refused with the reason and harms no other.
 */
final class Service<P> {
  private static final String NAME = "[a-z][a-z0-9-]{0,63}";
  private static final int MOST_FAULTS = 100; // a broken jar may fail for ever

  private final String kind;
  private final Function<P, String> name;
  private final List<Refused> refused;
  private final List<Found<P>> found = new ArrayList<>();

  Service(String kind, Function<P, String> name, List<Refused> refused) {
    this.kind = kind;
    this.name = name;
    this.refused = refused;
  }

  String kind() {
    return kind;
  }

  List<Found<P>> found() {
    return found.stream().sorted(Comparator.comparing(Found::name)).toList();
  }

  @Nullable Found<P> find(String wanted) {
    return found.stream().filter(f -> f.name().equals(wanted)).findFirst().orElse(null);
  }

  /**
   * Takes in what a loader finds.
   *
   * @param only the layer that providers must be in, or null for any
   */
  void load(ServiceLoader<P> loader, String origin, @Nullable ModuleLayer only) {
    Iterator<ServiceLoader.Provider<P>> providers = loader.stream().iterator();
    for (int faults = 0; faults < MOST_FAULTS; ) {
      try {
        if (!providers.hasNext()) {
          return;
        }
        ServiceLoader.Provider<P> provider = providers.next();
        if (only == null || provider.type().getModule().getLayer() == only) {
          admit(provider.get(), origin);
        }
      } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
        faults++;
        refused.add(new Refused(origin, kind + " provider cannot be loaded: " + reason(e)));
      }
    }
  }

  private void admit(P provider, String origin) {
    String called;
    try {
      called = name.apply(provider);
    } catch (RuntimeException | Error e) {
      if (e instanceof VirtualMachineError fatal) {
        throw fatal;
      }
      refuse(provider, origin, "does not tell its name: " + reason(e));
      return;
    }
    if (called == null || !called.matches(NAME)) {
      refuse(
          provider,
          origin,
          "is called "
              + (called == null ? "null" : "'" + called.substring(0, Math.min(80, called.length())))
              + "'; a name is lower-case letters, digits and hyphens, a letter first");
      return;
    }
    Found<P> other = find(called);
    if (other != null) {
      refuse(
          provider,
          origin,
          "is called '"
              + called
              + "', and so is the one of "
              + other.origin()
              + " (module "
              + other.module()
              + ")");
      return;
    }
    String module = provider.getClass().getModule().getName();
    found.add(new Found<>(called, provider, module == null ? "unnamed" : module, origin));
  }

  private void refuse(P provider, String origin, String why) {
    refused.add(new Refused(origin, kind + " " + provider.getClass().getName() + " " + why));
  }

  /** What went wrong, from the innermost cause, in one line. */
  static String reason(Throwable e) {
    Throwable inner = e;
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      inner = cause;
    }
    String message = inner.getMessage();
    String text = inner.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    return text.lines().findFirst().orElse(text);
  }
}

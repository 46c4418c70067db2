package org.msrnn.core.plugin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.msrnn.api.BackendException;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.PluginException;
import org.msrnn.api.backend.Availability;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.BackendProvider;
import org.msrnn.api.backend.DeviceReport;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PolicyWrapperProvider;
import org.msrnn.api.policy.PositionScheme;
import org.msrnn.api.policy.PositionSchemeProvider;
import org.msrnn.core.BackendSpec;
import org.msrnn.core.PolicySpec;

/**
 * What was found at run time: eviction policies, backends, position schemes and budget planners, on
 * the module path and in plug-in folders, and what was refused and why.
 */
public final class Catalog {
  private static final String BUILT_IN = "built in";
  private static final System.Logger LOG = System.getLogger(Catalog.class.getName());

  private final List<Refused> refused = new ArrayList<>();
  private final Service<EvictionPolicyProvider> policies =
      new Service<>("policy", EvictionPolicyProvider::name, refused);
  private final Service<PolicyWrapperProvider> wrappers =
      new Service<>("policy wrapper", PolicyWrapperProvider::name, refused);
  private final Service<BackendProvider> backends =
      new Service<>("backend", BackendProvider::name, refused);
  private final Service<PositionSchemeProvider> schemes =
      new Service<>("position scheme", PositionSchemeProvider::name, refused);
  private final Service<BudgetPlannerProvider> planners =
      new Service<>("budget planner", BudgetPlannerProvider::name, refused);

  private Catalog() {}

  /**
   * Looks on the module path (or class path), then in the folders in turn. A plug-in that is
   * broken, or takes a name that is taken, is listed in {@link #refused} and harms nothing else.
   *
   * @throws InvalidOptionException if a folder cannot be read
   */
  public static Catalog discover(List<Path> pluginFolders) {
    var catalog = new Catalog();
    ClassLoader loader = Catalog.class.getClassLoader();
    catalog.policies.load(ServiceLoader.load(EvictionPolicyProvider.class, loader), BUILT_IN, null);
    catalog.wrappers.load(ServiceLoader.load(PolicyWrapperProvider.class, loader), BUILT_IN, null);
    catalog.backends.load(ServiceLoader.load(BackendProvider.class, loader), BUILT_IN, null);
    catalog.schemes.load(ServiceLoader.load(PositionSchemeProvider.class, loader), BUILT_IN, null);
    catalog.planners.load(ServiceLoader.load(BudgetPlannerProvider.class, loader), BUILT_IN, null);
    for (Path folder : pluginFolders) {
      PluginFolder.open(folder, catalog::load, catalog.refused);
    }
    return catalog;
  }

  private void load(ModuleLayer layer, Path from) {
    int before = count();
    String origin = from.toString();
    policies.load(ServiceLoader.load(layer, EvictionPolicyProvider.class), origin, layer);
    wrappers.load(ServiceLoader.load(layer, PolicyWrapperProvider.class), origin, layer);
    backends.load(ServiceLoader.load(layer, BackendProvider.class), origin, layer);
    schemes.load(ServiceLoader.load(layer, PositionSchemeProvider.class), origin, layer);
    planners.load(ServiceLoader.load(layer, BudgetPlannerProvider.class), origin, layer);
    if (count() == before) {
      refused.add(new Refused(origin, "provides none of msrnn's services"));
    }
  }

  private int count() {
    return refused.size()
        + policies.found().size()
        + wrappers.found().size()
        + backends.found().size()
        + schemes.found().size()
        + planners.found().size();
  }

  /** Policies, by name. */
  public List<Found<EvictionPolicyProvider>> policies() {
    return policies.found();
  }

  /** What can be wrapped around a policy, by name. */
  public List<Found<PolicyWrapperProvider>> wrappers() {
    return wrappers.found();
  }

  /** Backends, by name, whether they can run here or not. */
  public List<Found<BackendProvider>> backends() {
    return backends.found();
  }

  /** Position schemes, by name. */
  public List<Found<PositionSchemeProvider>> positionSchemes() {
    return schemes.found();
  }

  /** Budget planners, by name. */
  public List<Found<BudgetPlannerProvider>> budgetPlanners() {
    return planners.found();
  }

  /** What cannot be used, and why. */
  public List<Refused> refused() {
    return List.copyOf(refused);
  }

  /**
   * A policy in its wrappers.
   *
   * @throws InvalidOptionException if there is none of that name, or an option is wrong
   * @throws PluginException if a provider fails in a way of its own
   */
  public EvictionPolicy policy(PolicySpec spec) {
    EvictionPolicyProvider provider = demand(policies, spec.name());
    EvictionPolicy policy = create("policy", spec, provider::create);
    for (PolicySpec wrapper : spec.wrappers()) {
      EvictionPolicy inner = policy;
      PolicyWrapperProvider around = demand(wrappers, wrapper.name());
      policy = create("policy wrapper", wrapper, options -> around.wrap(inner, options));
    }
    return policy;
  }

  /** A position scheme, written like a policy; see {@link #policy}. */
  public PositionScheme positions(String spec) {
    PolicySpec parsed = withoutWrappers(spec);
    PositionSchemeProvider provider = demand(schemes, parsed.name());
    return create("position scheme", parsed, provider::create);
  }

  /** A budget planner, written like a policy; see {@link #policy}. */
  public BudgetPlanner budgets(String spec) {
    PolicySpec parsed = withoutWrappers(spec);
    BudgetPlannerProvider provider = demand(planners, parsed.name());
    return create("budget planner", parsed, provider::create);
  }

  private static PolicySpec withoutWrappers(String spec) {
    PolicySpec parsed = PolicySpec.parse(spec);
    if (!parsed.wrappers().isEmpty()) {
      throw new InvalidOptionException(
          parsed.name(), "'" + spec + "' has a wrapper; only policies have them");
    }
    return parsed;
  }

  /**
   * A backend: by name with options ({@code cpu:threads=2}, {@code opencl:1}), or the best that
   * runs here for {@code auto}. What is to be said of the choice goes to the log.
   *
   * @throws InvalidOptionException if there is none of that name, or an option is wrong
   * @throws BackendException if it cannot run here
   */
  public Backend openBackend(String spec) {
    return openBackend(BackendSpec.parse(spec), note -> LOG.log(System.Logger.Level.WARNING, note));
  }

  /**
   * The same.
   *
   * @param notes is told, in a sentence, where {@code auto} had to take less than the best: why
   *     faster backends cannot run
   */
  public Backend openBackend(BackendSpec spec, Consumer<String> notes) {
    if (spec.name().equals("auto")) {
      return openBest(backends.found(), spec, notes);
    }
    BackendProvider provider = demand(backends, spec.name());
    // one that has devices may lack the usual one and open another; it says itself what it lacks
    if (!provider.choosesDevice()
        && availability(provider) instanceof Availability.Unavailable unavailable) {
      throw new BackendException(
          "backend " + spec.name() + " cannot run here: " + unavailable.reason());
    }
    return open(spec.name(), provider, options(spec.name(), spec, provider));
  }

  private static Options options(String name, BackendSpec spec, BackendProvider provider) {
    return new Options("backend " + name, spec.options(provider.choosesDevice()));
  }

  private static Backend open(String name, BackendProvider provider, Options options) {
    return create("backend " + name, options, provider::open);
  }

  /** Whether a backend can run here; a probe that fails counts as a reason why not. */
  public static Availability availability(BackendProvider provider) {
    try {
      return provider.probe();
    } catch (RuntimeException | LinkageError e) {
      return new Availability.Unavailable("its probe failed: " + Service.reason(e));
    }
  }

  /** The devices of a backend, each tried; none where even that fails. */
  public static List<DeviceReport> devices(BackendProvider provider) {
    try {
      return provider.devices();
    } catch (RuntimeException | LinkageError e) {
      return List.of();
    }
  }

  /**
   * The available backend of the highest rank that has the options. One without a device is nothing
   * to speak of where another one computes fast; of one whose device is broken, and where only the
   * plain one is left, the user is told why.
   */
  static Backend openBest(
      List<Found<BackendProvider>> found, BackendSpec spec, Consumer<String> notes) {
    record Candidate(String name, BackendProvider provider, int rank) {}
    List<Candidate> candidates = new ArrayList<>();
    List<String> lacking = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    for (Found<BackendProvider> one : found) {
      switch (availability(one.provider())) {
        case Availability.Available(String _, int rank) ->
            candidates.add(new Candidate(one.name(), one.provider(), rank));
        case Availability.Unavailable(String reason, boolean broken) ->
            (broken ? failed : lacking).add(one.name() + ": " + reason);
      }
    }
    candidates.removeIf(candidate -> candidate.rank < 0);
    candidates.sort(Comparator.comparingInt(Candidate::rank).reversed());
    InvalidOptionException refusal = null;
    for (Candidate candidate : candidates) {
      String name = candidate.name;
      Options options = options(name, spec, candidate.provider);
      try {
        Backend backend = open(name, candidate.provider, options);
        if (candidate.rank == 0) {
          failed.addAll(lacking);
        }
        if (candidate.rank == 0 || !failed.isEmpty()) {
          String why = failed.isEmpty() ? "none is installed" : String.join("; ", failed);
          notes.accept("the backend is " + name + ", since no faster one runs here (" + why + ")");
        }
        return backend;
      } catch (BackendException e) {
        failed.add(name + ": " + e.getMessage());
      } catch (InvalidOptionException e) {
        if (options.allRead()) {
          throw e; // it has the option, but not that value
        }
        failed.add(name + ": " + e.getMessage());
        refusal = refusal == null ? e : refusal;
      }
    }
    if (refusal != null) {
      throw refusal;
    }
    throw new BackendException("no backend can run here; msrnn backends says why");
  }

  private interface Creation<T> {
    T create(Options options);
  }

  private static <T> T create(String kind, PolicySpec spec, Creation<T> creation) {
    String what = kind + " " + spec.name();
    return create(what, new Options(what, spec.options()), creation);
  }

  private static <T> T create(String what, Options options, Creation<T> creation) {
    T created;
    try {
      created = Objects.requireNonNull(creation.create(options), "create returned null");
    } catch (MsrnnException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw new PluginException(what + " cannot be made: " + Service.reason(e), e);
    }
    try {
      options.refuseUnread();
    } catch (InvalidOptionException e) {
      if (created instanceof Backend backend) {
        backend.close();
      }
      throw e;
    }
    return created;
  }

  private <P> P demand(Service<P> service, String name) {
    Found<P> found = service.find(name);
    if (found != null) {
      return found.provider();
    }
    String names = service.found().stream().map(Found::name).collect(Collectors.joining(", "));
    String broken =
        refused.stream()
            .map(r -> r.origin() + " (" + r.reason() + ")")
            .collect(Collectors.joining("; "));
    throw new InvalidOptionException(
        service.kind(),
        "there is no "
            + service.kind()
            + " '"
            + name
            + "'; found are "
            + names
            + (broken.isEmpty() ? "" : "; refused were " + broken));
  }
}

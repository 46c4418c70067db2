package org.msrnn.eval.task;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.Trigger;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.plugin.Found;
import org.msrnn.eval.io.Digest;

/**
 * A loaded model, the policies that can be put on it, and what results must say of both.
 *
 * @param model the model
 * @param catalog where policies, position schemes and budget planners come from
 * @param backend the backend and its device, for results
 * @param version the version of the code, for results
 */
public record Machine(Model model, Catalog catalog, String backend, String version) {

  /**
   * A specification for the core and its description for results.
   *
   * @param spec the specification; that of {@code full} with k states for a reference
   * @param reference what it is where it is not a policy; null for policies
   * @param policy the policy with all options given, in canonical form
   * @param state k; null if the policy is unbounded
   * @param results makes the description; it takes the model's digest, which takes seconds
   */
  public record Setup(
      StateSpec spec,
      @Nullable Reference reference,
      String policy,
      @Nullable Integer state,
      Supplier<Settings> results) {
    /**
     * The description.
     *
     * @throws org.msrnn.api.ModelFileException as {@link org.msrnn.api.Msrnn#digest}
     */
    public Settings settings() {
      return results.get();
    }
  }

  /**
   * Every policy with every state size and position scheme, an unbounded one once a scheme; what
   * comes out the same, once.
   *
   * @param policies policies as users write them, and names of references
   * @param states state sizes as users write them
   * @param positions position schemes as users write them; none for those of the policies
   * @param spec all that is the same for every setup; its policy, state and positions are not used
   * @throws InvalidOptionException if a policy and a state size of it do not go together
   */
  public List<Setup> setups(
      List<String> policies, List<String> states, List<String> positions, SpecText spec) {
    var sizes = new LinkedHashSet<Integer>();
    states.forEach(state -> sizes.add(StateSize.parse(state, model.info().context())));
    Map<List<?>, Setup> setups = new LinkedHashMap<>();
    for (SpecText scheme : schemes(positions, spec)) {
      for (String policy : policies) {
        if (isUnbounded(policy)) {
          add(setups, policyOrReference(scheme.with(policy, null)));
        } else {
          for (Integer size : sizes) {
            add(setups, policyOrReference(scheme.with(policy, size.toString())));
          }
        }
      }
    }
    return List.copyOf(setups.values());
  }

  /**
   * Every policy with every state size, no references.
   *
   * @throws InvalidOptionException as above, or if a reference is among the policies
   */
  public List<Setup> setups(List<String> policies, List<String> states, SpecText spec) {
    policies.stream().filter(p -> Reference.of(p).isPresent()).forEach(Machine::refuse);
    return setups(policies, states, List.of(), spec);
  }

  private static List<SpecText> schemes(List<String> positions, SpecText spec) {
    return positions.isEmpty()
        ? List.of(spec)
        : positions.stream().map(spec::withPositions).toList();
  }

  /** All else is the same for every setup. */
  private static void add(Map<List<?>, Setup> setups, Setup setup) {
    String positions = setup.spec().positions().toString();
    setups.putIfAbsent(Arrays.asList(setup.policy(), setup.state(), positions), setup);
  }

  private boolean isUnbounded(String policy) {
    return Reference.of(policy).isEmpty() && isUnbounded(catalog.policy(PolicySpec.parse(policy)));
  }

  private static boolean isUnbounded(EvictionPolicy policy) {
    return policy.trigger().kind() == Trigger.Kind.NEVER;
  }

  /**
   * Turns what the user wrote into a specification, and tries it on the model.
   *
   * @throws InvalidOptionException if anything in it is unknown, or does not fit the model
   */
  public Setup setup(SpecText text) {
    return Reference.of(text.policy()).isEmpty() ? policy(text) : refuse(text.policy());
  }

  private Setup policyOrReference(SpecText text) {
    Reference reference = Reference.of(text.policy()).orElse(null);
    return reference == null ? policy(text) : reference(reference, text);
  }

  private static Setup refuse(String reference) {
    throw new InvalidOptionException(
        "policy",
        "'"
            + reference.strip()
            + "' is a reference that stands beside policies in sweep, eval and"
            + " retention; it is no policy that can be run");
  }

  private Setup reference(Reference reference, SpecText text) {
    PolicySpec named = PolicySpec.parse(reference.written());
    int states = states(text, named, false);
    StateSpec unbounded = policy(text.with("full", null)).spec();
    StateSpec spec =
        new StateSpec(
            unbounded.policy(),
            states,
            unbounded.regime(),
            unbounded.positions(),
            unbounded.budgets(),
            unbounded.storage(),
            unbounded.seed());
    return new Setup(
        spec, reference, named.toString(), states, () -> settings(spec, named, states, text));
  }

  private Setup policy(SpecText text) {
    PolicySpec policySpec = PolicySpec.parse(text.policy());
    EvictionPolicy policy = catalog.policy(policySpec);
    boolean unbounded = isUnbounded(policy);
    int states = states(text, policySpec, unbounded);
    Regime regime = Regime.parse(text.regime());
    KvType storage = storage(text.storage());
    StateSpec spec =
        new StateSpec(
            policy,
            states,
            regime,
            text.positions() == null ? policy.positions() : catalog.positions(text.positions()),
            text.budgets() == null ? policy.budgets() : catalog.budgets(text.budgets()),
            storage,
            text.seed());
    model.msrnn().start(spec).close();
    Integer bound = unbounded ? null : (Integer) states;
    return new Setup(
        spec, null, policySpec.toString(), bound, () -> settings(spec, policySpec, bound, text));
  }

  private Settings settings(
      StateSpec spec, PolicySpec policy, @Nullable Integer bound, SpecText text) {
    return new Settings(
        model.info().name(),
        model.msrnn().digest(),
        policy.toString(),
        originsOf(policy),
        bound,
        spec.regime().toString(),
        written(text.positions(), spec.positions()),
        written(text.budgets(), spec.budgets()),
        Options.written(spec.policy().granularity()),
        spec.storage().name(),
        backend,
        text.seed(),
        version);
  }

  /** What the user gave, in its shortest form, or else what belongs to the policy. */
  private static String written(@Nullable String given, Object otherwise) {
    return given == null ? otherwise.toString() : PolicySpec.parse(given).toString();
  }

  private int states(SpecText text, PolicySpec policy, boolean unbounded) {
    int context = model.info().context();
    if (unbounded) {
      return context;
    }
    if (text.state() == null) {
      throw new InvalidOptionException(
          "state",
          "policy "
              + policy
              + " bounds the state and needs its size: --state with a count, or a fraction of the"
              + " model's context such as 1/8");
    }
    return StateSize.parse(text.state(), context);
  }

  /**
   * A number format as users write it.
   *
   * @throws InvalidOptionException if there is none of that name
   */
  public static KvType storage(String text) {
    for (KvType type : KvType.values()) {
      if (type.name().equalsIgnoreCase(text)) {
        return type;
      }
    }
    throw new InvalidOptionException(
        "kv",
        "'" + text + "'",
        String.join(
            ", ", Stream.of(KvType.values()).map(t -> t.name().toLowerCase(Locale.ROOT)).toList()));
  }

  /** Digests of the jars that a policy and its wrappers came from; null for built-in ones. */
  private @Nullable String originsOf(PolicySpec policy) {
    Set<String> origins = new LinkedHashSet<>();
    add(origins, catalog.policies(), policy.name());
    policy.wrappers().forEach(wrapper -> add(origins, catalog.wrappers(), wrapper.name()));
    String digests =
        origins.stream()
            .map(Path::of)
            .filter(Files::exists)
            .map(Machine::digest)
            .collect(Collectors.joining("; "));
    return digests.isEmpty() ? null : digests;
  }

  private static <P> void add(Set<String> origins, List<Found<P>> all, String name) {
    all.stream().filter(f -> f.name().equals(name)).map(Found::origin).forEach(origins::add);
  }

  /** The digest of a jar, or of the files of a folder. */
  private static String digest(Path path) {
    try (Stream<Path> files = Files.walk(path)) {
      List<Path> sorted = files.filter(Files::isRegularFile).sorted().toList();
      var digest = Digest.start();
      for (Path file : sorted) {
        digest.update(Files.readAllBytes(file));
      }
      return path.getFileName() + " " + Digest.hex(digest.digest());
    } catch (IOException e) {
      return path.getFileName() + " (unreadable)";
    }
  }
}

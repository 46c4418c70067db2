package org.msrnn.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.api.BackendException;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.PluginException;
import org.msrnn.api.backend.Availability;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.BackendProvider;
import org.msrnn.api.policy.Options;
import org.msrnn.core.BackendSpec;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.reference.PlainBackend;

/** Plug-ins made on the spot: the defects of the field beside good ones. */
class CatalogTest {
  @TempDir Path folder;

  private Catalog discover() {
    return Catalog.discover(List.of(folder));
  }

  @Test
  void builtInsAreFound() {
    Catalog catalog = Catalog.discover(List.of());
    assertThat(catalog.backends()).extracting(Found::name).contains("plain");
    assertThat(catalog.positionSchemes())
        .extracting(Found::name)
        .containsExactly("compressed", "in-cache", "original", "relative");
    assertThat(catalog.budgetPlanners()).extracting(Found::name).containsExactly("uniform");
    assertThat(catalog.refused()).isEmpty();
  }

  @Test
  void aPluginIsFoundWithItsModuleAndJar() throws IOException {
    Path jar = TestPlugin.good("acme.good", "good-one").writeTo(folder.resolve("good.jar"));
    Catalog catalog = discover();
    assertThat(catalog.policies()).extracting(Found::name).contains("good-one");
    Found<?> found = catalog.policies().getFirst();
    assertThat(found.module()).isEqualTo("acme.good");
    assertThat(found.origin()).isEqualTo(jar.toString());
    assertThat(catalog.policy(PolicySpec.of("good-one")).pins(3).first()).isZero();
  }

  @Test
  void brokenPluginsAreReportedAndHarmNothing() throws IOException {
    TestPlugin.good("acme.first", "first-one").writeTo(folder.resolve("a-first.jar"));
    TestPlugin.good("acme.last", "last-one").writeTo(folder.resolve("z-last.jar"));
    TestPlugin.good("acme.ctor", "ctor")
        .withConstructor("throw new IllegalStateException(\"no constructor today\");")
        .writeTo(folder.resolve("constructor.jar"));
    TestPlugin.good("acme.stat", "stat")
        .withMember("static final int X = Integer.parseInt(\"nought\");")
        .writeTo(folder.resolve("static.jar"));
    TestPlugin.good("acme.name", "name")
        .withName("throw new AssertionError(\"nameless\");")
        .writeTo(folder.resolve("name.jar"));
    TestPlugin.good("acme.nul", "nul").withName("return null;").writeTo(folder.resolve("null.jar"));
    TestPlugin.good("acme.bad", "Bad/Name").writeTo(folder.resolve("bad-name.jar"));
    TestPlugin.good("acme.twin", "first-one").writeTo(folder.resolve("b-twin.jar"));
    TestPlugin.good("acme.lacks", "lacks")
        .without("acme/lacks/Provider.class")
        .writeTo(folder.resolve("absent-class.jar"));
    TestPlugin.good("acme.old", "old").withClassVersion(99).writeTo(folder.resolve("too-new.jar"));
    TestPlugin.good("acme.needs", "needs")
        .requiring("acme.nowhere")
        .writeTo(folder.resolve("missing-module.jar"));
    TestPlugin.withoutService("acme.none").writeTo(folder.resolve("no-service.jar"));
    Files.write(folder.resolve("damaged.jar"), new byte[] {'P', 'K', 3, 4, 0, 0, 1});
    Files.writeString(folder.resolve("notes.txt"), "not a plug-in");

    Catalog catalog = discover();
    assertThat(catalog.policies()).extracting(Found::name).containsExactly("first-one", "last-one");
    assertThat(catalog.policy(PolicySpec.of("last-one"))).isNotNull();
    assertRefused(catalog, "constructor.jar", "no constructor today");
    assertRefused(catalog, "static.jar", "nought");
    assertRefused(catalog, "name.jar", "nameless");
    assertRefused(catalog, "null.jar", "null");
    assertRefused(catalog, "bad-name.jar", "Bad/Name");
    assertRefused(catalog, "b-twin.jar", "a-first.jar");
    assertRefused(catalog, "absent-class.jar", "Provider");
    assertRefused(catalog, "too-new.jar", "");
    assertRefused(catalog, "missing-module.jar", "acme.nowhere");
    assertRefused(catalog, "no-service.jar", "none of msrnn's services");
    assertRefused(catalog, "damaged.jar", "");
    assertThat(catalog.refused()).hasSize(11);
  }

  private static void assertRefused(Catalog catalog, String jar, String reason) {
    assertThat(catalog.refused())
        .as(jar)
        .anySatisfy(
            refused -> {
              assertThat(refused.origin()).endsWith(jar);
              assertThat(refused.reason()).contains(reason).doesNotContain("\n");
            });
  }

  @Test
  void aProviderThatFailsToCreateIsNamed() throws IOException {
    TestPlugin.good("acme.late", "late")
        .withCreate("throw new IllegalStateException(\"not today\");")
        .writeTo(folder.resolve("late.jar"));
    assertThatThrownBy(() -> discover().policy(PolicySpec.of("late")))
        .isInstanceOf(PluginException.class)
        .hasMessageContaining("late")
        .hasMessageContaining("not today");
  }

  @Test
  void aProviderThatCreatesNothingIsNamed() throws IOException {
    TestPlugin.good("acme.empty", "empty")
        .withCreate("return null;")
        .writeTo(folder.resolve("empty.jar"));
    assertThatThrownBy(() -> discover().policy(PolicySpec.of("empty")))
        .isInstanceOf(PluginException.class)
        .hasMessageContaining("create returned null");
  }

  @Test
  void anUnknownNameListsThoseFoundAndRefused() throws IOException {
    TestPlugin.good("acme.good", "good-one").writeTo(folder.resolve("good.jar"));
    Files.write(folder.resolve("damaged.jar"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> discover().policy(PolicySpec.of("tovaa")))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("'tovaa'")
        .hasMessageContaining("good-one")
        .hasMessageContaining("damaged.jar");
  }

  @Test
  void optionsThatNobodyReadAreRefused() throws IOException {
    TestPlugin.good("acme.good", "good-one").writeTo(folder.resolve("good.jar"));
    assertThatThrownBy(() -> discover().policy(PolicySpec.parse("good-one:colour=red")))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("colour");
    assertThatThrownBy(() -> discover().openBackend("plain:threads=2"))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("threads");
  }

  @Test
  void aFolderThatCannotBeReadIsRefused() {
    Path absent = folder.resolve("absent");
    assertThatThrownBy(() -> Catalog.discover(List.of(absent)))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("absent");
  }

  @Test
  void backendsOpenByName() {
    try (var backend = discover().openBackend("plain")) {
      assertThat(backend.description()).contains("plain");
    }
    assertThatThrownBy(() -> discover().openBackend("quantum"))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("plain");
  }

  /** A backend that can or cannot run here, and can or cannot be opened. */
  private record Offered(String name, Availability probe, boolean opens)
      implements BackendProvider {
    static Found<BackendProvider> of(String name, Availability probe) {
      return new Found<>(name, new Offered(name, probe, true), "test", "built in");
    }

    static Found<BackendProvider> broken(String name, int rank) {
      var provider = new Offered(name, new Availability.Available("device", rank), false);
      return new Found<>(name, provider, "test", "built in");
    }

    @Override
    public Backend open(Options options) {
      if (!opens) {
        throw new BackendException("its device is busy");
      }
      return new PlainBackend();
    }
  }

  private static List<String> notes(List<Found<BackendProvider>> found) {
    List<String> notes = new ArrayList<>();
    Catalog.openBest(found, BackendSpec.parse("auto"), notes::add).close();
    return notes;
  }

  private static final Availability PLAIN = new Availability.Available("scalar", 0);
  private static final Availability FAST = new Availability.Available("vectors", 100);
  private static final Availability LACKING =
      new Availability.Unavailable("the module of vectors is missing");

  @Test
  void fallingBackToThePlainBackendIsNeverSilent() {
    assertThat(notes(List.of(Offered.of("cpu", LACKING), Offered.of("plain", PLAIN))))
        .containsExactly(
            "the backend is plain, since no faster one runs here"
                + " (cpu: the module of vectors is missing)");
    assertThat(notes(List.of(Offered.of("plain", PLAIN))))
        .singleElement()
        .asString()
        .contains("plain");
  }

  @Test
  void aMissingDeviceIsNotSpokenOfWhereAnotherBackendIsFast() {
    assertThat(
            notes(
                List.of(
                    Offered.of("gpu", LACKING),
                    Offered.of("plain", PLAIN),
                    Offered.of("cpu", FAST))))
        .isEmpty();
  }

  @Test
  void aBackendThatDoesNotOpenIsPassedOverWithItsReason() {
    assertThat(notes(List.of(Offered.broken("gpu", 200), Offered.of("cpu", FAST))))
        .singleElement()
        .asString()
        .contains("cpu", "gpu: its device is busy");
  }

  @Test
  void aBrokenDeviceIsSpokenOfWhateverIsChosen() {
    var broken = new Availability.Unavailable("its driver crashed", true);
    assertThat(notes(List.of(Offered.of("gpu", broken), Offered.of("cpu", FAST))))
        .containsExactly(
            "the backend is cpu, since no faster one runs here (gpu: its driver crashed)");
  }

  @Test
  void aBackendWithoutTheOptionsOfAutoIsPassedOver() throws IOException {
    var gpu = Offered.of("gpu", new Availability.Available("device", 200));
    var cpu = new Found<BackendProvider>("cpu", new Threaded(), "test", "built in");
    List<String> notes = new ArrayList<>();
    Catalog.openBest(List.of(gpu, cpu), BackendSpec.parse("auto:threads=2"), notes::add).close();
    assertThat(notes).singleElement().asString().contains("cpu", "gpu has no option 'threads'");
    assertThatThrownBy(
            () ->
                Catalog.openBest(
                    List.of(gpu, cpu), BackendSpec.parse("auto:threads=0"), notes::add))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("threads of backend cpu is '0', allowed is a whole number");
    assertThatThrownBy(
            () -> Catalog.openBest(List.of(gpu), BackendSpec.parse("auto:threads=2"), notes::add))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("backend gpu has no option 'threads'");
  }

  /** A backend with one option. */
  private static final class Threaded implements BackendProvider {
    @Override
    public String name() {
      return "cpu";
    }

    @Override
    public Availability probe() {
      return FAST;
    }

    @Override
    public Backend open(Options options) {
      options.integer("threads", 1, 1, 9);
      return new PlainBackend();
    }
  }

  @Test
  void aBackendBelowRank0IsNotChosenByItself() {
    var never = Offered.of("trial", new Availability.Available("device", -1));
    assertThatThrownBy(() -> notes(List.of(never)))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("no backend can run here");
  }

  @Test
  void optionsOfAutoAreThoseOfTheBackendChosen() {
    assertThatThrownBy(() -> discover().openBackend("auto:threads=2"))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("backend plain has no option 'threads'");
  }
}

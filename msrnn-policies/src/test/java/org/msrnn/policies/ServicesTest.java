package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.PolicyWrapperProvider;

/** The two lists of services, and that they hold every provider of the package. */
class ServicesTest {
  @ParameterizedTest
  @ValueSource(
      classes = {
        EvictionPolicyProvider.class,
        PolicyWrapperProvider.class,
        BudgetPlannerProvider.class
      })
  void bothListsNameEveryProviderOfThePackage(Class<?> service)
      throws IOException, URISyntaxException, ClassNotFoundException {
    assertThat(provided(service)).isNotEmpty().containsExactlyElementsOf(listed(service));
    assertThat(listed(service)).containsExactlyInAnyOrderElementsOf(implementing(service));
  }

  @Test
  void theServiceLoaderFindsPoliciesByName() {
    assertThat(Policies.PROVIDERS)
        .extracting(EvictionPolicyProvider::name)
        .contains("full", "window", "h2o", "tova", "random");
  }

  private static List<String> listed(Class<?> service) throws IOException {
    String file = "META-INF/services/" + service.getName();
    try (InputStream in = TovaPolicy.class.getClassLoader().getResourceAsStream(file)) {
      assertThat(in).as(file).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static Path classes() throws URISyntaxException {
    return Path.of(TovaPolicy.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static List<String> provided(Class<?> service) throws URISyntaxException {
    return ModuleFinder.of(classes())
        .find("org.msrnn.policies")
        .orElseThrow()
        .descriptor()
        .provides()
        .stream()
        .filter(provides -> provides.service().equals(service.getName()))
        .map(ModuleDescriptor.Provides::providers)
        .flatMap(List::stream)
        .toList();
  }

  private static List<String> implementing(Class<?> service)
      throws IOException, URISyntaxException, ClassNotFoundException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(classes().resolve("org/msrnn/policies"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String name = file.getFileName().toString().replace(".class", "");
        if (!name.equals("package-info")) {
          Class<?> type = Class.forName("org.msrnn.policies." + name);
          if (service.isAssignableFrom(type) && Modifier.isPublic(type.getModifiers())) {
            found.add(type.getName());
          }
        }
      }
    }
    return found;
  }
}

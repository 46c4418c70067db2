package org.msrnn.policies;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.msrnn.api.policy.EvictionPolicyProvider;

/** The two lists of services, and that they find the policies. */
class ServicesTest {
  private static final String SERVICE = EvictionPolicyProvider.class.getName();

  @Test
  void moduleInfoAndMetaInfNameTheSameProviders() throws IOException, URISyntaxException {
    assertThat(provided()).isNotEmpty().containsExactlyElementsOf(listed());
  }

  @Test
  void everyPolicyOfThePackageIsAService() throws IOException {
    List<String> classes = Policies.PROVIDERS.stream().map(p -> p.getClass().getName()).toList();

    assertThat(listed()).containsExactlyInAnyOrderElementsOf(classes);
  }

  @Test
  void theServiceLoaderFindsEveryPolicyByName() {
    // The module itself uses no policy; its test does.
    ServicesTest.class.getModule().addUses(EvictionPolicyProvider.class);
    ServiceLoader<EvictionPolicyProvider> loader =
        ServiceLoader.load(EvictionPolicyProvider.class, TovaPolicy.class.getClassLoader());

    assertThat(loader.stream().map(p -> p.get().name()))
        .contains("full", "window", "h2o", "tova", "random");
  }

  private static List<String> listed() throws IOException {
    try (InputStream in =
        TovaPolicy.class.getClassLoader().getResourceAsStream("META-INF/services/" + SERVICE)) {
      assertThat(in).as("META-INF/services/%s", SERVICE).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static List<String> provided() throws URISyntaxException {
    Path classes =
        Path.of(TovaPolicy.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    return ModuleFinder.of(classes)
        .find("org.msrnn.policies")
        .orElseThrow()
        .descriptor()
        .provides()
        .stream()
        .filter(provides -> provides.service().equals(SERVICE))
        .map(ModuleDescriptor.Provides::providers)
        .flatMap(List::stream)
        .toList();
  }
}

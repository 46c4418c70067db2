package org.msrnn.policies;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Options;

/** The built-in policies by the names and options that users write. */
final class Policies {
  static final List<EvictionPolicyProvider> PROVIDERS =
      List.of(
          new FullPolicy(),
          new H2oPolicy(),
          new RandomPolicy(),
          new TovaPolicy(),
          new WindowPolicy());

  /** Every policy with each of its options. */
  static final List<String> SPECS =
      List.of(
          "full",
          "window",
          "window:sinks=1",
          "window:sinks=4",
          "tova",
          "tova:sinks=1",
          "tova:keep-newest",
          "tova:granularity=kv-head",
          "tova:granularity=kv-head,keep-newest,sinks=4",
          "h2o",
          "h2o:recent=0",
          "h2o:recent=2,sinks=1",
          "h2o:granularity=kv-head",
          "h2o:granularity=kv-head,recent=1,sinks=2",
          "random",
          "random:granularity=kv-head,sinks=1");

  private Policies() {}

  static EvictionPolicyProvider provider(String spec) {
    String name = spec.split(":", 2)[0];
    return PROVIDERS.stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
  }

  static Map<String, String> options(String spec) {
    Map<String, String> options = new LinkedHashMap<>();
    String[] parts = spec.split(":", 2);
    if (parts.length == 2) {
      for (String option : parts[1].split(",", -1)) {
        String[] pair = option.split("=", 2);
        options.put(pair[0], pair.length == 2 ? pair[1] : "");
      }
    }
    return options;
  }

  static EvictionPolicy create(String spec) {
    Options options = new Options("policy " + spec, options(spec));
    EvictionPolicy policy = provider(spec).create(options);
    options.refuseUnread();
    return policy;
  }
}

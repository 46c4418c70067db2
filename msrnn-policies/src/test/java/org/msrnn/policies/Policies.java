package org.msrnn.policies;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Stream;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.EvictionPolicyProvider;
import org.msrnn.api.policy.Options;
import org.msrnn.api.policy.PolicyWrapperProvider;

/** The built-in policies and wrappers by the names and options that users write. */
final class Policies {
  static final List<EvictionPolicyProvider> PROVIDERS =
      services(EvictionPolicyProvider.class, EvictionPolicyProvider::name);
  static final List<PolicyWrapperProvider> WRAPPERS =
      services(PolicyWrapperProvider.class, PolicyWrapperProvider::name);

  /** Those of the MSRNN paper. */
  private static final List<String> PAPER =
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

  /** Those that look at attention. */
  private static final List<String> ATTENTION =
      List.of(
          "h2o:normalise",
          "h2o:decay=.9",
          "h2o:decay=.5,normalise,recent=1",
          "h2o:decay=0,recent=0",
          "streaming-llm",
          "streaming-llm:sinks=1",
          "kv-compress",
          "kv-compress:granularity=layer,recent=2",
          "kv-compress:square-mean",
          "norm-sum",
          "norm-sum:granularity=kv-head",
          "norm-sum:sinks=1,recent=2",
          "observed-attention",
          "observed-attention:granularity=layer",
          "roco",
          "roco:granularity=layer,recent=1,feasible=3",
          "scissorhands",
          "scissorhands:granularity=layer,history=7,recent=1",
          "keyformer",
          "keyformer:granularity=layer,recent=2,tau=.5,tau-step=.25,tau-end=3",
          "keyformer:noise=false",
          "snapkv:window=2",
          "snapkv:window=3,kernel=3,reduce=max",
          "snapkv:window=1,kernel=3,pooling=max,granularity=layer",
          "snapkv:window=2,reduce=max,reduce-first,kernel=1",
          "pyramidkv",
          "pyramidkv:beta=5,window=2,kernel=3,granularity=layer",
          "pyramidkv:window=1,pooling=avg,reduce=max,reduce-first=false");

  /** Those that look at keys, values and queries. */
  private static final List<String> VECTORS =
      List.of(
          "knorm",
          "knorm:granularity=layer",
          "keydiff",
          "keydiff:granularity=layer",
          "cur",
          "cur:window=0,sinks=0",
          "cur:window=3,sinks=1",
          "lagkv",
          "lagkv:lag=3,sinks=1",
          "lagkv:lag=5,sinks=0,cross-scoring",
          "expected-attention",
          "expected-attention:covariance=false,sinks=1",
          "expected-attention:epsilon=0.01,future=7,sinks=0",
          "r-kv",
          "r-kv:lambda=0.07,window=2,kernel=3,threshold=0.9");

  /** Those that treat layers and heads differently. */
  private static final List<String> STRUCTURE =
      List.of(
          "cake:window=1",
          "cake:window=5,gamma=3,tau1=1.6,tau2=0.4",
          "cake:granularity=layer,window=3",
          "cake",
          "sim-layer-kv:window=3,sinks=2,recent=5,threshold=0.8",
          "sim-layer-kv",
          "fastgen",
          "fastgen:special=1/2,punctuation=3/4/5/6,threshold=0.5,frequent=0.2,local=0.1");

  /** Wrappers around policies. */
  private static final List<String> WRAPPED =
      List.of(
          "random+sinks:3",
          "h2o:recent=2+sinks",
          "tova+ada",
          "h2o:recent=2+ada:0.5",
          "tova+recent:2",
          "window:sinks=1+recent:3",
          "tova+every:5",
          "window+every:3",
          "h2o:recent=2+prompt-end",
          "tova+pool:3",
          "h2o:recent=1+pool:5,kind=max+sinks:2",
          "tova+chunk:4",
          "h2o:recent=3,sinks=1+chunk+pool",
          "tova+per-layer:3/2/1",
          "tova:granularity=kv-head+duo:src/test/resources/gates.tsv,sinks=1,recent=3",
          "h2o:granularity=kv-head,recent=1+duo:src/test/resources/gates.tsv,threshold=0.25");

  /** Every policy with each of its options, and every wrapper. */
  static final List<String> SPECS =
      Stream.of(PAPER, ATTENTION, VECTORS, STRUCTURE, WRAPPED).flatMap(List::stream).toList();

  private Policies() {}

  private static <T> List<T> services(Class<T> service, Function<T, String> name) {
    // The module itself uses no policy; its tests do.
    Policies.class.getModule().addUses(service);
    return ServiceLoader.load(service, TovaPolicy.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(name))
        .toList();
  }

  /** The provider of a specification, with the wrappers that it has. */
  static EvictionPolicyProvider provider(String spec) {
    String[] parts = spec.split("\\+(?=[a-z])");
    EvictionPolicyProvider base = find(PROVIDERS, EvictionPolicyProvider::name, parts[0]);
    if (parts.length == 1) {
      return base;
    }
    return new EvictionPolicyProvider() {
      @Override
      public String name() {
        return base.name();
      }

      @Override
      public String summary() {
        return base.summary();
      }

      @Override
      public EvictionPolicy create(Options options) {
        EvictionPolicy policy = base.create(options);
        for (String part : List.of(parts).subList(1, parts.length)) {
          PolicyWrapperProvider wrapper = wrapper(part);
          Options own = new Options("policy wrapper " + wrapper.name(), options(part));
          policy = wrapper.wrap(policy, own);
          own.refuseUnread();
        }
        return policy;
      }
    };
  }

  /** The wrapper of a part of a specification. */
  static PolicyWrapperProvider wrapper(String part) {
    return find(WRAPPERS, PolicyWrapperProvider::name, part);
  }

  private static <T> T find(List<T> all, Function<T, String> name, String part) {
    String wanted = part.split(":", 2)[0];
    return all.stream().filter(p -> name.apply(p).equals(wanted)).findFirst().orElseThrow();
  }

  /** The options of a specification's policy, without those of its wrappers. */
  static Map<String, String> options(String spec) {
    Map<String, String> options = new LinkedHashMap<>();
    String[] parts = spec.split("\\+(?=[a-z])")[0].split(":", 2);
    if (parts.length == 2) {
      for (String option : parts[1].split(",", -1)) {
        String[] pair = option.split("=", 2);
        boolean named = pair.length == 2 || option.matches("[a-z][a-z0-9-]*");
        options.put(named ? pair[0] : parts[0], pair.length == 2 ? pair[1] : named ? "" : option);
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

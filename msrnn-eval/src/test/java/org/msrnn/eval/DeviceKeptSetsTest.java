package org.msrnn.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.WrappedPolicy;
import org.msrnn.core.Model;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.Progress;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.plugin.Found;

/**
 * The kept sets of a device that decides by itself against those of the CPU backend, on which the
 * Java policies decide: 2,000 tokens of a real text through the bundled model, step by step. Where
 * the two part, the scores of the CPU's two lowest states must be nearer to each other than the
 * arithmetic's error; then the device takes the CPU's state over and goes on.
 */
class DeviceKeptSetsTest {
  private static final int TOKENS = 2000;
  private static final int STATES = 128;

  /**
   * Attention rows of the two backends differ by about 1e-6 of themselves; sums of many by less.
   */
  private static final double ERROR = 2e-5;

  private static final Catalog CATALOG = Catalog.discover(List.of());

  /** Every policy that has a program, as it comes and otherwise. */
  static Stream<String> policies() {
    return Stream.concat(
            CATALOG.policies().stream().map(Found::name),
            Stream.of(
                "tova:granularity=kv-head",
                "tova+sinks:4",
                "h2o:decay=0.99",
                "knorm:granularity=layer",
                "window+4"))
        .filter(name -> CATALOG.policy(PolicySpec.parse(name)).program().isPresent());
  }

  /** A policy that remembers how near its two lowest scores were, by layer and KV head. */
  private record Margins(EvictionPolicy policy, double[][] margins) implements WrappedPolicy {
    @Override
    public void score(KvSet set, double[] scores) {
      policy.score(set, scores);
      double lowest = Double.POSITIVE_INFINITY;
      double next = Double.POSITIVE_INFINITY;
      for (int e = 0; e < set.size(); e++) {
        if (!set.pinned(e)) {
          next = Math.min(next, Math.max(lowest, scores[e]));
          lowest = Math.min(lowest, scores[e]);
        }
      }
      double margin = (next - lowest) / Math.max(Math.abs(lowest), Math.abs(next));
      margins[set.layer()][Math.max(0, set.kvHead())] = lowest == next ? 0 : margin;
    }

    @Override
    public boolean positional() {
      return false;
    }

    @Override
    public Optional<ScoreProgram> program() {
      return Optional.empty();
    }

    @Override
    public String toString() {
      return policy.toString();
    }
  }

  @ParameterizedTest
  @MethodSource("policies")
  void areThoseOfTheCpu(String name) throws IOException {
    EvictionPolicy policy = CATALOG.policy(PolicySpec.parse(name));
    var file = SharedFiles.file("models/bookworm-F32.gguf");
    try (Backend cpu = CATALOG.openBackend("cpu");
        Backend device = OpenCl.open(CATALOG, "opencl");
        Model here = Model.open(file, cpu, Progress.NONE);
        Model there = Model.open(file, device, Progress.NONE)) {
      double[][] margins = new double[here.info().layers()][here.info().kvHeads()];
      StateSpec watched = StateSpec.of(new Margins(policy, margins), STATES);
      StateSpec bare = StateSpec.of(policy, STATES);
      int[] ids = ids(here);
      List<String> ties = new ArrayList<>();
      float[] logits = new float[here.info().vocabulary()];
      try (MultiState host = here.msrnn().start(watched);
          MultiState decided = there.msrnn().start(bare)) {
        for (int t = 0; t < TOKENS; t++) {
          here.msrnn().step(host, ids[t], logits);
          there.msrnn().step(decided, ids[t], logits);
          if (parted(host, decided, margins, name + " at token " + t, ties)) {
            try (MultiState same = there.msrnn().load(saved(host), bare)) {
              decided.restore(same);
            }
          }
        }
      }
      System.out.println(
          name + ": " + ties.size() + " near ties in " + TOKENS + " tokens: " + ties);
      assertThat(ties.size()).as("near ties are rare").isLessThan(TOKENS / 20);
    }
  }

  /** Whether the kept sets differ; where they do, it must have been a near tie. */
  private static boolean parted(
      MultiState host, MultiState device, double[][] margins, String where, List<String> ties) {
    boolean parted = false;
    for (int l = 0; l < margins.length; l++) {
      int sets = host.spec().policy().granularity() == Granularity.LAYER ? 1 : margins[l].length;
      for (int h = 0; h < sets; h++) {
        if (!Arrays.equals(host.kept(l, h), device.kept(l, h))) {
          String what = where + ", layer " + l + ", KV head " + h + ", margin " + margins[l][h];
          assertThat(margins[l][h]).as(what).isLessThan(ERROR);
          parted = true;
          ties.add(what);
        }
      }
    }
    return parted;
  }

  private static ByteArrayInputStream saved(MultiState state) throws IOException {
    var bytes = new ByteArrayOutputStream();
    state.save(bytes);
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  private static int[] ids(Model model) throws IOException {
    String book = Files.readString(SharedFiles.file("data/pg19/test/10321.txt"));
    int[] ids = model.tokenizer().encode(book.substring(0, 12 * TOKENS));
    assertThat(ids).hasSizeGreaterThan(TOKENS);
    return Arrays.copyOf(ids, TOKENS);
  }
}

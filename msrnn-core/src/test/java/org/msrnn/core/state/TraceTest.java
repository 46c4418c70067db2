package org.msrnn.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.Regime;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.SetShape;
import org.msrnn.core.TestPolicies;
import org.msrnn.core.reference.PlainBackend;

/**
 * The engine's own walk through a set, over scripted attention: two heads, ten tokens, logits that
 * follow from a formula, four states. The kept sets were worked out without this code.
 */
class TraceTest {
  private static final int HEADS = 2;
  private static final int TOKENS = 10;
  private static final int STATES = 4;

  record Trace(EvictionPolicy policy, Regime regime, int kvHead, long... kept) {}

  static Stream<Trace> traces() {
    var tova = new TestPolicies.Tova(Granularity.LAYER);
    var tovaHead = new TestPolicies.Tova(Granularity.KV_HEAD);
    return Stream.of(
        new Trace(tova, Regime.STEPWISE, -1, 4, 6, 8, 9),
        new Trace(tova, Regime.chunked(1), -1, 4, 6, 8, 9),
        new Trace(tova, Regime.chunked(2), -1, 1, 4, 7, 9),
        new Trace(tova, Regime.chunked(4), -1, 0, 4, 7, 9),
        new Trace(tova, Regime.chunked(5), -1, 0, 2, 4, 9),
        new Trace(tova, Regime.chunked(10), -1, 0, 1, 2, 4),
        new Trace(tova, Regime.WHOLE, -1, 0, 1, 2, 4),
        new Trace(tovaHead, Regime.STEPWISE, 0, 0, 7, 8, 9),
        new Trace(tovaHead, Regime.STEPWISE, 1, 3, 4, 8, 9),
        new Trace(new TestPolicies.H2o(Granularity.LAYER), Regime.STEPWISE, -1, 0, 1, 8, 9),
        new Trace(new TestPolicies.Window(0, true), Regime.STEPWISE, -1, 6, 7, 8, 9),
        new Trace(new TestPolicies.Window(0, false), Regime.STEPWISE, -1, 6, 7, 8, 9),
        new Trace(new TestPolicies.Window(1, true), Regime.STEPWISE, -1, 0, 7, 8, 9),
        new Trace(new TestPolicies.Window(1, false), Regime.chunked(3), -1, 0, 7, 8, 9));
  }

  @ParameterizedTest
  @MethodSource("traces")
  void theWalkKeepsWhatTheTraceKeeps(Trace trace) {
    for (List<Integer> parts : List.of(List.of(TOKENS), List.of(3, 7), List.of(1, 8, 1))) {
      Backend backend = scripted(trace.kvHead);
      var space =
          new SlotSpace(
              backend,
              new SlotSpace.Shape(HEADS, 1, KvType.F32),
              0,
              trace.kvHead,
              STATES,
              trace.policy.columns(new SetShape(HEADS, 1, 1)),
              0,
              false);
      var spec = StateSpec.of(trace.policy, STATES).with(trace.regime);
      var attention = new SetWalk.Attention(1, 1, 1, 0, Long.MAX_VALUE, Rope.of(0, 1));
      var walk =
          new SetWalk(
              List.of(new SetAttention(space, spec, backend, attention, new StepTaps(backend))),
              spec,
              backend);
      Buffer rows = backend.allocate(TOKENS, HEADS);
      int done = 0;
      for (int part : parts) { // blocks of one prompt
        walk.advance(
            new SetWalk.Rows(new int[TOKENS], rows, rows, rows, rows),
            done,
            part,
            done,
            new SetWalk.Part(done, TOKENS),
            true);
        done += part;
      }
      assertThat(Arrays.copyOf(space.entryPositions(), space.size()))
          .as("%s", parts)
          .isEqualTo(trace.kept);
    }
  }

  /** A plain backend whose attention is a formula of head, query position and key position. */
  private static Backend scripted(int kvHead) {
    PlainBackend plain = new PlainBackend();
    Kernels kernels =
        (Kernels)
            Proxy.newProxyInstance(
                TraceTest.class.getClassLoader(),
                new Class<?>[] {Kernels.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("attend")) {
                    attend((AttentionCall) arguments[0], kvHead, plain.kernels());
                    return null;
                  }
                  return method.invoke(plain.kernels(), arguments);
                });
    return (Backend)
        Proxy.newProxyInstance(
            TraceTest.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) ->
                method.getName().equals("kernels") ? kernels : method.invoke(plain, arguments));
  }

  private static void attend(AttentionCall call, int kvHead, Kernels plain) {
    if (call.tap == null) {
      return;
    }
    int first = Math.max(kvHead, 0);
    int heads = kvHead < 0 ? HEADS : 1;
    float[] mean = new float[call.tap.columns()];
    for (int h = first; h < first + heads; h++) {
      double total = 0;
      for (int s = 0; s < call.slots.extent(); s++) {
        total += weight(h, call, s);
      }
      for (int s = 0; s < call.slots.extent(); s++) {
        mean[s] += (float) (weight(h, call, s) / total / heads);
      }
    }
    plain.write(mean, Objects.requireNonNull(call.tap), 0);
  }

  private static double weight(int h, AttentionCall call, int slot) {
    long t = call.firstPosition;
    long j = call.slots.positions()[slot];
    if (!call.visible(j, t)) {
      return 0;
    }
    return Math.exp((7 * t + 3 * j + 5 * h * j + t * j) % 11 / 2.0 + (j == 0 ? 2 : 0));
  }
}

package org.msrnn.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.backend.AttentionCall;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Heads;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.SlotView;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.api.backend.Weights;
import org.msrnn.api.policy.Signals;
import org.msrnn.api.testkit.ContractViolation;
import org.msrnn.api.testkit.KernelContract;
import org.msrnn.api.testkit.Rule;
import org.msrnn.core.reference.PlainBackend;

/** The kernel contract notices backends that are wrong in ways in which backends are wrong. */
class PlantedFaultsTest {

  private enum Fault {
    MATMUL_WRITES_BEYOND_ITS_ROWS("matmul F32"),
    MATMUL_FORGETS_THE_FIRST_ROW("matmul Q8_0"),
    MATMUL_IS_A_LITTLE_OFF("matmul F16"),
    SAYS_THAT_IT_ROUNDS("matmul Q8_0"),
    ROUNDS_AND_DOES_NOT_SAY_SO("matmul Q4_0"),
    NORM_FORGETS_EPSILON("rmsNorm of heads"),
    ADD_REPEATS_NO_BIAS("add of one row to all"),
    ROPE_ROUNDS_POSITIONS("rope"),
    ROPE_TURNS_ALL_HEADS("rope"),
    APPEND_IGNORES_THE_FIRST_HEAD("append in F32 stores the heads of one row"),
    ATTENTION_SEES_LATER_POSITIONS("later positions are not seen"),
    ATTENTION_SEES_FREE_SLOTS("slots not in use are never seen"),
    WINDOW_IS_ONE_TOO_WIDE("sinks and a window are seen alone"),
    SINKS_ARE_FORGOTTEN("sinks and a window are seen alone"),
    NO_CAP("attention with capped logits"),
    NO_ROTATION_AT_READ("keys are rotated at read"),
    GROUPS_ARE_IGNORED("attention of any group of query heads"),
    TAP_IS_A_SUM("tap SET MEAN"),
    TAP_GIVES_WEIGHTS_FOR_LOGITS("tap QUERY_HEADS logits"),
    TAP_IS_LEFT_OUT("tap KV_HEADS MAX"),
    STATES_SHARE_A_SLOT("a state in Q8_0 comes back to the bit"),
    ROUNDS_TOWARDS_ZERO("a state in BF16 of any magnitude"),
    DENORMALS_ARE_FLUSHED("a state in F16 of any magnitude"),
    OVERFLOWS_TO_INFINITY("a state in F16 of any magnitude"),
    BLOCKS_START_LATE("a state in Q8_0 comes back to the bit"),
    PARALLEL_LEAVES_THE_LAST_OUT("parallel runs each task once"),
    PARALLEL_SWALLOWS_FAILURES("a failure within parallel reaches the caller");

    private final String rule;

    Fault(String rule) {
      this.rule = rule;
    }
  }

  @ParameterizedTest
  @EnumSource
  void isNoticedByItsRule(Fault fault) {
    try (Backend backend = new CpuBackend(2, false)) {
      Backend faulty = new Faulty(backend, fault);
      List<String> broken =
          KernelContract.of(faulty, new PlainBackend())
              .rules()
              .filter(rule -> rule.name().equals(fault.rule)) // the others take too long
              .filter(PlantedFaultsTest::isBroken)
              .map(Rule::name)
              .toList();
      assertThat(broken).contains(fault.rule);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"matmul Q8_0", "matmul Q4_0"})
  void nothingIsNoticedWhereNothingIsWrong(String name) {
    try (Backend backend = new CpuBackend(2, false)) {
      assertThat(KernelContract.of(new Faulty(backend, null), new PlainBackend()).rules())
          .filteredOn(rule -> rule.name().equals(name))
          .isNotEmpty()
          .noneMatch(PlantedFaultsTest::isBroken);
    }
  }

  private static boolean isBroken(Rule rule) {
    try {
      rule.check();
      return false;
    } catch (ContractViolation expected) {
      return true;
    }
  }

  private static final class Faulty implements Backend {
    private final Backend sound;
    private final @Nullable Fault fault;
    private final Kernels kernels;

    Faulty(Backend sound, @Nullable Fault fault) {
      this.sound = sound;
      this.fault = fault;
      this.kernels =
          (Kernels)
              Proxy.newProxyInstance(
                  Kernels.class.getClassLoader(),
                  new Class<?>[] {Kernels.class},
                  (proxy, method, args) -> {
                    try {
                      return invoke(sound.kernels(), fault, method, args);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  });
    }

    private static @Nullable Object invoke(
        Kernels k, @Nullable Fault fault, Method method, Object[] args)
        throws ReflectiveOperationException {
      switch (fault) {
        case null -> {}
        case MATMUL_WRITES_BEYOND_ITS_ROWS -> {
          if (method.getName().equals("matmul")) {
            Buffer out = (Buffer) args[4];
            k.write(new float[out.columns()], out, (int) args[3]);
          }
        }
        case MATMUL_FORGETS_THE_FIRST_ROW -> replace(method, "matmul", args, 2, 0);
        case NORM_FORGETS_EPSILON -> replace(method, "rmsNorm", args, 2, 0f);
        case APPEND_IGNORES_THE_FIRST_HEAD -> replace(method, "append", args, 3, 0);
        case ROPE_ROUNDS_POSITIONS -> {
          if (method.getName().equals("rope")) {
            double[] positions = ((double[]) args[5]).clone();
            Arrays.setAll(positions, i -> Math.rint(positions[i]));
            args[5] = positions;
          }
        }
        case ROPE_TURNS_ALL_HEADS -> {
          if (method.getName().equals("rope")) {
            Heads heads = (Heads) args[3];
            args[3] = new Heads(0, heads.first() + heads.count(), heads.size());
          }
        }
        case ADD_REPEATS_NO_BIAS -> {
          if (method.getName().equals("add") && ((Buffer) args[1]).rows() == 1) {
            args[2] = 1;
          }
        }
        case STATES_SHARE_A_SLOT -> {
          if (method.getName().endsWith("State")) {
            int at = method.getName().equals("readState") ? 2 : 4;
            args[at] = Math.max(0, (int) args[at] - 1);
          }
        }
        case ROUNDS_TOWARDS_ZERO -> stored(method, args, x -> bits((float) x, 0xffff0000));
        case DENORMALS_ARE_FLUSHED -> stored(method, args, x -> Math.abs(x) < 0x1p-14f ? 0 : x);
        case OVERFLOWS_TO_INFINITY ->
            stored(method, args, x -> Math.abs(x) > 65_504 ? Float.POSITIVE_INFINITY : x);
        case BLOCKS_START_LATE -> {
          if (method.getName().equals("writeState") && ((KvBuffer) args[2]).headSize() > 32) {
            float[] key = ((float[]) args[0]).clone();
            key[31] = key[32];
            args[0] = key;
          }
        }
        case PARALLEL_LEAVES_THE_LAST_OUT ->
            replace(method, "parallel", args, 0, (int) args[0] - 1);
        default -> {}
      }
      if (method.getName().equals("parallel") && fault == Fault.PARALLEL_SWALLOWS_FAILURES) {
        try {
          return method.invoke(k, args);
        } catch (InvocationTargetException swallowed) {
          return null;
        }
      }
      if (method.getName().equals("attend")) {
        attend(k, fault, (AttentionCall) args[0]);
        return null;
      }
      Object result = method.invoke(k, args);
      if (method.getName().equals("matmul") && fault == Fault.MATMUL_IS_A_LITTLE_OFF) {
        k.scale((Buffer) args[4], 1 + 0x1p-14f, 1);
      }
      return result;
    }

    private static float bits(float x, int mask) {
      return Float.intBitsToFloat(Float.floatToRawIntBits(x) & mask);
    }

    private static void stored(Method method, Object[] args, DoubleUnaryOperator wrong) {
      if (method.getName().equals("writeState")) {
        float[] key = ((float[]) args[0]).clone();
        for (int i = 0; i < key.length; i++) {
          key[i] = (float) wrong.applyAsDouble(key[i]);
        }
        args[0] = key;
      }
    }

    private static void replace(
        Method method, String name, Object[] args, int index, Object value) {
      if (method.getName().equals(name)) {
        args[index] = value;
      }
    }

    private static void attend(Kernels k, @Nullable Fault fault, AttentionCall call) {
      SlotView slots = call.slots;
      int group = call.group;
      if (fault == Fault.ATTENTION_SEES_FREE_SLOTS) {
        slots = new Filled(slots);
      } else if (fault == Fault.NO_ROTATION_AT_READ) {
        slots = new Unrotated(slots);
      } else if (fault == Fault.GROUPS_ARE_IGNORED) {
        group = 1;
      }
      AttentionCall wrong =
          new AttentionCall(
              call.queries,
              call.outputs,
              call.kv,
              slots,
              call.firstKvHead,
              group,
              call.scale,
              fault == Fault.NO_CAP ? 0 : call.softCap,
              call.rope);
      wrong.row = call.row;
      wrong.rows = call.rows;
      wrong.firstPosition =
          call.firstPosition + (fault == Fault.ATTENTION_SEES_LATER_POSITIONS ? 1 : 0);
      wrong.sinks = fault == Fault.SINKS_ARE_FORGOTTEN ? 0 : call.sinks;
      boolean widen = fault == Fault.WINDOW_IS_ONE_TOO_WIDE && call.window < Long.MAX_VALUE;
      wrong.window = call.window + (widen ? 1 : 0);
      wrong.tap = fault == Fault.TAP_IS_LEFT_OUT ? null : call.tap;
      wrong.tapRows = call.tapRows;
      wrong.tapReduce = fault == Fault.TAP_IS_A_SUM ? Signals.Reduce.SUM : call.tapReduce;
      wrong.tapLogits = fault != Fault.TAP_GIVES_WEIGHTS_FOR_LOGITS && call.tapLogits;
      k.attend(wrong);
    }

    @Override
    public String description() {
      return sound.description();
    }

    @Override
    public Kernels kernels() {
      return kernels;
    }

    @Override
    public Weights upload(Tensor tensor) {
      return sound.upload(tensor);
    }

    @Override
    public boolean roundsInputs(TensorType type) {
      return switch (fault) {
        case SAYS_THAT_IT_ROUNDS -> true;
        case ROUNDS_AND_DOES_NOT_SAY_SO -> false;
        case null, default -> sound.roundsInputs(type);
      };
    }

    @Override
    public Buffer allocate(int rows, int columns) {
      return sound.allocate(rows, columns);
    }

    @Override
    public KvBuffer allocateKv(int heads, int headSize, int capacity, KvType type) {
      return sound.allocateKv(heads, headSize, capacity, type);
    }

    @Override
    public void close() {}
  }

  private record Filled(SlotView slots) implements SlotView {
    @Override
    public int extent() {
      return slots.extent();
    }

    @Override
    public int used() {
      return slots.extent();
    }

    @Override
    public long[] positions() {
      long[] positions = slots.positions().clone();
      Arrays.setAll(positions, i -> Math.max(0, positions[i]));
      return positions;
    }

    @Override
    public double @Nullable [] rotations() {
      return slots.rotations();
    }
  }

  private record Unrotated(SlotView slots) implements SlotView {
    @Override
    public int extent() {
      return slots.extent();
    }

    @Override
    public int used() {
      return slots.used();
    }

    @Override
    public long[] positions() {
      return slots.positions();
    }

    @Override
    public double @Nullable [] rotations() {
      return null;
    }
  }
}

package org.msrnn.core.format;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Progress;

/** Any model as a GGUF file: its metadata, and its tensors in float32. */
public final class GgufCopy {
  private GgufCopy() {}

  /** The copy of a model, which is read to the end. */
  public static GgufWriter of(ModelFile file) {
    var writer = new GgufWriter();
    file.metadata().values().forEach((key, value) -> writer.put(key, plain(value)));
    file.startReading(Progress.NONE);
    for (TensorEntry entry : file.tensors()) {
      var dims = new ArrayList<>(entry.shape());
      Collections.reverse(dims);
      writer.tensor(
          entry.name(),
          TensorType.F32,
          GgufWriter.f32(numbers(file.tensor(entry.name()))),
          dims.stream().mapToLong(dim -> dim).toArray());
    }
    return writer;
  }

  /** All numbers of a tensor, row by row. */
  public static float[] numbers(Tensor tensor) {
    float[] numbers = new float[Math.multiplyExact(tensor.rows(), tensor.columns())];
    for (int row = 0; row < tensor.rows(); row++) {
      tensor.decodeRow(row, numbers, row * tensor.columns());
    }
    return numbers;
  }

  /** The value as {@link GgufWriter#put} takes it. */
  private static Object plain(Value value) {
    return switch (value) {
      case Value.Text(String text) -> text;
      case Value.Texts(List<String> texts) -> texts;
      case Value.Scalar(ScalarType type, long bits) -> scalar(type, bits);
      case Value.Scalars array -> array(array);
      case Value.Nested _ -> throw new IllegalArgumentException("arrays in arrays");
    };
  }

  private static Object scalar(ScalarType type, long bits) {
    return switch (type) {
      case U8 -> (byte) bits;
      case I16 -> (short) bits;
      case U32 -> (int) bits;
      case U64 -> bits;
      case F32 -> (float) Double.longBitsToDouble(bits);
      case F64 -> Double.longBitsToDouble(bits);
      case BOOL -> bits == 1;
      default -> throw new IllegalArgumentException("the writer has no " + type);
    };
  }

  private static Object array(Value.Scalars array) {
    switch (array.scalar()) {
      case BOOL -> {
        boolean[] flags = new boolean[array.size()];
        for (int i = 0; i < flags.length; i++) {
          flags[i] = array.bits(i) == 1;
        }
        return flags;
      }
      case I32 -> {
        int[] numbers = new int[array.size()];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = (int) array.bits(i);
        }
        return numbers;
      }
      case F32 -> {
        float[] numbers = new float[array.size()];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = (float) array.scalar().real(array.bits(i));
        }
        return numbers;
      }
      default -> throw new IllegalArgumentException("the writer has no array of " + array.type());
    }
  }
}

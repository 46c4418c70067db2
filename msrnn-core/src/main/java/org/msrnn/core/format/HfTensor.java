package org.msrnn.core.format;

import java.util.List;
import java.util.function.UnaryOperator;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/** A tensor as GGUF has it, made of what a Hugging Face folder has. */
sealed interface HfTensor {
  /** Its name and shape in GGUF, and where its numbers come from. */
  TensorEntry entry();

  /** Bytes of the files that are read for it. */
  long storedBytes();

  /** The tensor, read or made when it is asked for. */
  Tensor tensor(ModelParts parts, RowOrder order);

  /** The numbers of a file, rows maybe in another order. */
  record Stored(StoredTensor stored, RowOrder rows) implements HfTensor {
    @Override
    public TensorEntry entry() {
      return stored.entry();
    }

    @Override
    public long storedBytes() {
      return stored.entry().bytes();
    }

    @Override
    public Tensor tensor(ModelParts parts, RowOrder order) {
      RowOrder both =
          rows.equals(RowOrder.OF_FILE) ? order : row -> rows.rowOfFile(order.rowOfFile(row));
      return parts.tensor(stored, both);
    }
  }

  /** A vector of a file, changed: float32 in GGUF, whatever it was. */
  record Changed(StoredTensor stored, UnaryOperator<float[]> change) implements HfTensor {
    @Override
    public TensorEntry entry() {
      TensorEntry entry = stored.entry();
      return new TensorEntry(
          entry.name(),
          entry.type() == null ? entry.typeName() : TensorType.F32.name(),
          entry.type() == null ? null : TensorType.F32,
          entry.shape(),
          entry.offset(),
          entry.bytes());
    }

    @Override
    public long storedBytes() {
      return stored.entry().bytes();
    }

    @Override
    public Tensor tensor(ModelParts parts, RowOrder order) {
      Tensor source = parts.tensor(stored, RowOrder.OF_FILE);
      return new Tensor(
          source.name(),
          TensorType.F32,
          1,
          source.columns(),
          (first, count) -> {
            float[] numbers = new float[source.columns()];
            source.decodeRow(0, numbers, 0);
            return Tensor.of(source.name(), change.apply(numbers)).data();
          });
    }
  }

  /** A vector that follows from the config; it lies in no file. */
  record Computed(String name, float[] numbers) implements HfTensor {
    @Override
    public TensorEntry entry() {
      return new TensorEntry(
          name,
          TensorType.F32.name(),
          TensorType.F32,
          List.of((long) numbers.length),
          0,
          (long) numbers.length * Float.BYTES);
    }

    @Override
    public long storedBytes() {
      return 0;
    }

    @Override
    public Tensor tensor(ModelParts parts, RowOrder order) {
      parts.requireStarted();
      return Tensor.of(name, numbers);
    }
  }
}

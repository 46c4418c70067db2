package org.msrnn.core.model;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.format.ModelFile;
import org.msrnn.core.format.RowOrder;
import org.msrnn.core.format.TensorEntry;

/**
 * Where a decoder's tensors come from. One walk over a family's tensors serves two times: with a
 * {@link Checking} source before anything is read, and with a {@link Reading} one afterwards.
 */
sealed interface TensorSource {
  /** Whether there is such a tensor. */
  boolean has(String name);

  /** A tensor that must be there, with these sizes. */
  Tensor matrix(String name, int rows, int columns, RowOrder order);

  /** The numbers of a vector that must be there. */
  float[] vector(String name, int size);

  /** Checks names, sizes and number formats. Its tensors have no numbers, its vectors are ones. */
  final class Checking implements TensorSource {
    private final ModelFile file;
    private final Set<String> known = new HashSet<>();

    Checking(ModelFile file) {
      this.file = file;
    }

    @Override
    public boolean has(String name) {
      return file.entry(name).isPresent();
    }

    @Override
    public Tensor matrix(String name, int rows, int columns, RowOrder order) {
      TensorEntry entry =
          file.entry(name)
              .orElseThrow(
                  () ->
                      new ModelFileException(
                          file.path(), -1, name, "missing", "a tensor of this name"));
      if (entry.rows() != rows || entry.columns() != columns) {
        throw new ModelFileException(
            file.path(),
            entry.offset(),
            name,
            entry.rows() + " x " + entry.columns(),
            rows + " x " + columns);
      }
      TensorType type = entry.requireReadable(file.path());
      known.add(name);
      return new Tensor(name, type, rows, columns, Checking::nothing);
    }

    private static MemorySegment nothing(int first, int count) {
      throw new IllegalStateException("the model is only being checked");
    }

    @Override
    public float[] vector(String name, int size) {
      matrix(name, 1, size, RowOrder.OF_FILE);
      float[] ones = new float[size];
      Arrays.fill(ones, 1);
      return ones;
    }

    /** What is not read is not harmless: a bias left out gives a wrong model, not an error. */
    void refuseOthers() {
      for (String name : file.tensorNames()) {
        if (!known.contains(name)) {
          throw new UnsupportedModelException(
              file.path()
                  + " has the tensor "
                  + name
                  + ", which a model of this family does not have");
        }
      }
    }
  }

  /** Gives the tensors of a file that has been checked and is being read. */
  record Reading(ModelFile file) implements TensorSource {
    @Override
    public boolean has(String name) {
      return file.entry(name).isPresent();
    }

    @Override
    public Tensor matrix(String name, int rows, int columns, RowOrder order) {
      return file.tensor(name, order);
    }

    @Override
    public float[] vector(String name, int size) {
      float[] numbers = new float[size];
      file.tensor(name).decodeRow(0, numbers, 0);
      return numbers;
    }
  }
}

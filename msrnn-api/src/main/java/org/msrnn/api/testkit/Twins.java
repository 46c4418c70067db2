package org.msrnn.api.testkit;

import java.util.Arrays;
import java.util.function.Supplier;
import org.msrnn.api.BackendException;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvBuffer;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.backend.RoundedInputs;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.api.backend.Weights;

/** The two backends of a contract, and things that both have alike. */
final class Twins {
  /** What numbers are before a kernel writes them. */
  static final float MARK = 777.25f;

  final Backend candidate;
  final Backend reference;

  /** Whether one or two sizes of each kind are enough. */
  final boolean quick;

  Twins(Backend candidate, Backend reference, boolean quick) {
    this.candidate = candidate;
    this.reference = reference;
    this.quick = quick;
  }

  /** All sizes, or the third and the last where a quick look is enough. */
  int[] sizes(int... all) {
    return quick && all.length > 2 ? new int[] {all[2], all[all.length - 1]} : all;
  }

  /** A matrix on both. */
  record Matrix(Buffer candidate, Buffer reference) implements AutoCloseable {
    @Override
    public void close() {
      candidate.close();
      reference.close();
    }
  }

  /** Weights on both. */
  record Weight(Weights candidate, Weights reference) implements AutoCloseable {
    @Override
    public void close() {
      candidate.close();
      reference.close();
    }
  }

  /** A store on both. */
  record Store(KvBuffer candidate, KvBuffer reference) implements AutoCloseable {
    @Override
    public void close() {
      candidate.close();
      reference.close();
    }
  }

  /** A kernel call, made on both. */
  interface Call {
    void on(Kernels kernels, boolean isCandidate);
  }

  /** Makes a call on both. */
  void run(Call call) {
    call.on(candidate.kernels(), true);
    call.on(reference.kernels(), false);
  }

  /** A matrix full of marks. */
  Matrix marked(int rows, int columns) {
    Matrix matrix =
        new Matrix(candidate.allocate(rows, columns), reference.allocate(rows, columns));
    float[] marks = new float[columns];
    Arrays.fill(marks, MARK);
    for (int r = 0; r < rows; r++) {
      write(matrix, r, marks);
    }
    return matrix;
  }

  /** A matrix of normal numbers. */
  Matrix normal(Seeded seeded, int rows, int columns, double deviation) {
    Matrix matrix =
        new Matrix(candidate.allocate(rows, columns), reference.allocate(rows, columns));
    for (int r = 0; r < rows; r++) {
      write(matrix, r, seeded.normal(columns, deviation));
    }
    return matrix;
  }

  /**
   * Inputs of a product with weights of a type: rounded on the reference if the candidate rounds.
   */
  Matrix inputs(Seeded seeded, TensorType type, int rows, int columns, double deviation) {
    Matrix matrix = normal(seeded, rows, columns, deviation);
    float[] row = new float[columns];
    for (int r = 0; candidate.roundsInputs(type) && r < rows; r++) {
      reference.kernels().read(matrix.reference, r, columns, row);
      RoundedInputs.round(row, 0, columns, row, 0);
      reference.kernels().write(row, matrix.reference, r);
    }
    return matrix;
  }

  /** Sets a row on both. */
  void write(Matrix matrix, int row, float[] numbers) {
    candidate.kernels().write(numbers, matrix.candidate, row);
    reference.kernels().write(numbers, matrix.reference, row);
  }

  /** Weights on both. */
  Weight upload(Tensor tensor) {
    return new Weight(candidate.upload(tensor), reference.upload(tensor));
  }

  /**
   * Whether the candidate stores keys and values in a format. F32 is a must; another one may be
   * refused by an exception that says what there is.
   */
  boolean offers(KvType type) {
    try {
      candidate.allocateKv(1, 32, 1, type).close();
      return true;
    } catch (BackendException e) {
      that(type != KvType.F32, "F32 is refused: " + e.getMessage());
      String message = String.valueOf(e.getMessage());
      that(message.contains("F32"), "the refusal of " + type + " names no type: " + message);
      return false;
    }
  }

  /** A store on both, all its slots NaN. */
  Store store(int heads, int size, int capacity, KvType type) {
    Store store =
        new Store(
            candidate.allocateKv(heads, size, capacity, type),
            reference.allocateKv(heads, size, capacity, type));
    float[] nan = new float[size];
    Arrays.fill(nan, Float.NaN);
    for (int s = 0; s < capacity; s++) {
      for (int h = 0; h < heads; h++) {
        state(store, h, s, nan, nan);
      }
    }
    return store;
  }

  /** Sets a state on both. */
  void state(Store store, int head, int slot, float[] key, float[] value) {
    candidate.kernels().writeState(key, value, store.candidate, head, slot);
    reference.kernels().writeState(key, value, store.reference, head, slot);
  }

  /** Largest error of sums of {@code n} products. */
  static double sums(int n) {
    return 0x1p-22 * (4 + Math.sqrt(n));
  }

  /**
   * Compares all numbers of a matrix.
   *
   * @param what the case, for the message
   * @param tolerance largest error, in parts of the number or the row's root mean square, whichever
   *     is larger
   * @param least the row's root mean square counts as this if it is smaller, so that sums which
   *     happen to cancel are not held to more than float32 can give
   */
  void compare(String what, Matrix matrix, double tolerance, double least) {
    float[] found = new float[matrix.candidate.columns()];
    float[] wanted = new float[matrix.reference.columns()];
    for (int r = 0; r < matrix.reference.rows(); r++) {
      candidate.kernels().read(matrix.candidate, r, found.length, found);
      reference.kernels().read(matrix.reference, r, wanted.length, wanted);
      compareRow(what, r, found, wanted, tolerance, least);
    }
  }

  private static void compareRow(
      String what, int row, float[] found, float[] wanted, double tolerance, double least) {
    double scale = Math.max(least, rootMeanSquare(wanted));
    for (int c = 0; c < wanted.length; c++) {
      double error = Math.abs((double) found[c] - wanted[c]) / Math.max(scale, Math.abs(wanted[c]));
      boolean same = Float.compare(found[c], wanted[c]) == 0 || found[c] == wanted[c];
      boolean guard = wanted[c] == MARK;
      if (same || !guard && error <= tolerance || bothNotFinite(found[c], wanted[c])) {
        continue;
      }
      String place = what + ": row " + row + ", column " + c + " is " + found[c];
      throw new ContractViolation(
          guard
              ? place + ", but is outside of what the kernel writes"
              : place
                  + " in place of "
                  + wanted[c]
                  + ", an error of "
                  + error
                  + " where "
                  + tolerance
                  + " is allowed");
    }
  }

  /** Infinities may become NaN and the other way: sums run in any order. */
  private static boolean bothNotFinite(float a, float b) {
    return !Float.isFinite(a) && !Float.isFinite(b);
  }

  private static double rootMeanSquare(float[] numbers) {
    double squares = 0;
    int count = 0;
    for (float one : numbers) {
      if (one != MARK && Float.isFinite(one)) {
        squares += (double) one * one;
        count++;
      }
    }
    return count == 0 ? 0 : Math.sqrt(squares / count);
  }

  /** Fails with a message if two numbers differ. */
  static void equal(String what, float found, float wanted) {
    if (Float.floatToRawIntBits(found) != Float.floatToRawIntBits(wanted)) {
      throw new ContractViolation(what + " is " + found + " in place of " + wanted);
    }
  }

  /** Fails with a message, made only then, unless something holds. */
  static void that(boolean holds, Supplier<String> message) {
    if (!holds) {
      throw new ContractViolation(message.get());
    }
  }

  /** Fails with a message unless something holds. */
  static void that(boolean holds, String message) {
    if (!holds) {
      throw new ContractViolation(message);
    }
  }
}

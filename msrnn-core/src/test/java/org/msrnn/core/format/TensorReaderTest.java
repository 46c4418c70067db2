package org.msrnn.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Progress;

/** Tensors that are read ahead. A hang fails by its time. */
@Timeout(60)
class TensorReaderTest {
  private static final int COUNT = 7;

  /** So many numbers that none of a tensor is in the buffer of the header. */
  private static final int NUMBERS = 40_000;

  private static final byte[] FILE = file();

  /** Three parts. */
  private static final int LARGE_ROWS = 2500;

  private static final int LARGE_COLUMNS = 1000;

  private static final RowOrder TURNED = row -> LARGE_ROWS - 1 - row;

  private static byte[] file() {
    var writer = new GgufWriter();
    for (int t = 0; t < COUNT; t++) {
      float[] numbers = new float[NUMBERS + t];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = t + i / 64f;
      }
      writer.tensor("t" + t, TensorType.F32, GgufWriter.f32(numbers), numbers.length);
    }
    return writer.bytes();
  }

  private static void assertNumbers(int t, Tensor tensor) {
    float[] numbers = new float[tensor.columns()];
    tensor.decodeRow(0, numbers, 0);
    assertThat(numbers).hasSize(NUMBERS + t);
    assertThat(numbers[0]).isEqualTo(t);
    assertThat(numbers[NUMBERS - 1]).isEqualTo(t + (NUMBERS - 1) / 64f);
  }

  /** Bytes of the file, of which something may happen to those of a tensor. */
  private static class Watched extends TestFiles.Bytes {
    private final AtomicLong read = new AtomicLong();
    private final ConcurrentHashMap<Integer, CountDownLatch> begun = new ConcurrentHashMap<>();

    Watched() {
      super(FILE);
    }

    /** Happens before bytes of a tensor are read. */
    void at(int tensor) throws IOException {
      begun(tensor).countDown();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      int tensor = (int) (position() - (FILE.length - bytes(0, COUNT))) / (4 * NUMBERS);
      if (position() >= FILE.length - bytes(0, COUNT) - 64) {
        at(tensor);
      }
      int count = super.read(target);
      read.addAndGet(count);
      return count;
    }

    CountDownLatch begun(int tensor) {
      return begun.computeIfAbsent(tensor, t -> new CountDownLatch(1));
    }

    void awaitBegun(int tensor) throws InterruptedException {
      assertThat(begun(tensor).await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static long bytes(int from, int to) {
    long bytes = 0;
    for (int t = from; t < to; t++) {
      bytes += 4L * (NUMBERS + t) + 31 & -32; // in the file, tensors start at multiples of 32
    }
    return bytes;
  }

  private static List<Tensor> tensors(GgufFile file) {
    return file.tensorNames().stream().map(file::tensor).toList();
  }

  @Test
  void theNextTensorIsReadWhileOneIsUsedAndNoneTwice() throws Exception {
    var channel = new Watched();
    var told = Collections.synchronizedList(new ArrayList<Long>());
    try (GgufFile file = TestFiles.open(path -> channel)) {
      file.startReading((done, total) -> told.add(done));
      List<Tensor> tensors = tensors(file);
      long before = channel.read.get();
      for (int t = 0; t < COUNT; t++) {
        assertNumbers(t, tensors.get(t));
        if (t + 1 < COUNT) {
          channel.awaitBegun(t + 1);
        }
        assertNumbers(t, tensors.get(t));
      }
      long all = file.tensors().stream().mapToLong(TensorEntry::bytes).sum();
      assertThat(channel.read.get() - before).isEqualTo(all);
      assertThat(told).isSorted().endsWith((long) FILE.length);
    }
  }

  @Test
  void anyOrderGivesTheSameNumbers() {
    for (long seed = 0; seed < 20; seed++) {
      var random = new Random(seed);
      try (GgufFile file = TestFiles.open(FILE)) {
        file.startReading(Progress.NONE);
        List<Tensor> tensors = tensors(file);
        for (int i = 0; i < 3 * COUNT; i++) {
          int t = random.nextInt(COUNT);
          assertNumbers(t, tensors.get(t));
        }
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  /** Two large matrices: one counts up from 1, the other down from -1. */
  private static byte[] large() {
    var writer = new GgufWriter();
    for (int sign : new int[] {1, -1}) {
      float[] numbers = new float[LARGE_ROWS * LARGE_COLUMNS];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = sign * (1 + i);
      }
      byte[] bytes = GgufWriter.f32(numbers);
      writer.tensor(sign > 0 ? "up" : "down", TensorType.F32, bytes, LARGE_COLUMNS, LARGE_ROWS);
    }
    return writer.bytes();
  }

  private static void assertRows(Tensor part, RowOrder order, int first) {
    int sign = part.name().equals("up") ? 1 : -1;
    float[] row = new float[LARGE_COLUMNS];
    for (int r : new int[] {0, part.rows() / 2, part.rows() - 1}) {
      part.decodeRow(r, row, 0);
      float from = 1 + order.rowOfFile(first + r) * LARGE_COLUMNS;
      assertThat(List.of(row[0], row[LARGE_COLUMNS - 1]))
          .as("%s, row %d", part.name(), first + r)
          .containsExactly(sign * from, sign * (from + LARGE_COLUMNS - 1));
    }
  }

  @Test
  void largeTensorsAreReadInPartsAndNothingTwice() {
    byte[] bytes = large();
    for (RowOrder order : List.of(RowOrder.OF_FILE, TURNED)) {
      var read = new AtomicLong();
      var channel =
          new TestFiles.Bytes(bytes) {
            @Override
            public int read(ByteBuffer target) throws IOException {
              int count = super.read(target);
              read.addAndGet(count);
              return count;
            }
          };
      try (GgufFile file = TestFiles.open(path -> channel)) {
        file.startReading(Progress.NONE);
        List<Tensor> tensors = List.of(file.tensor("up", order), file.tensor("down", order));
        long before = read.get();
        for (Tensor tensor : tensors) {
          int first = 0;
          for (Tensor part : tensor.parts()) {
            assertRows(part.inMemory(), order, first);
            first += part.rows();
          }
          assertThat(first).isEqualTo(LARGE_ROWS);
          assertThat(tensor.parts()).hasSize(3);
        }
        assertThat(read.get() - before).isEqualTo(2 * 4L * LARGE_ROWS * LARGE_COLUMNS);
      }
    }
  }

  @Test
  void anyRowsInAnyOrderAreTheSame() {
    byte[] bytes = large();
    for (long seed = 0; seed < 5; seed++) {
      var random = new Random(seed);
      try (GgufFile file = TestFiles.open(bytes)) {
        file.startReading(Progress.NONE);
        Tensor up = file.tensor("up", RowOrder.OF_FILE);
        Tensor down = file.tensor("down", TURNED);
        for (int i = 0; i < 20; i++) {
          int first = random.nextInt(LARGE_ROWS);
          int count = i % 5 == 0 ? LARGE_ROWS : 1 + random.nextInt(600);
          boolean ofUp = random.nextBoolean();
          Tensor part = (ofUp ? up : down).rows(first, Math.min(count, LARGE_ROWS - first));
          assertRows(part, ofUp ? RowOrder.OF_FILE : TURNED, first);
        }
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  @Test
  void whatFailsAheadFailsForTheTensorThatItIsOf() throws Exception {
    var channel =
        new Watched() {
          @Override
          void at(int tensor) throws IOException {
            super.at(tensor);
            if (tensor == 1) {
              throw new IOException("bad sector");
            }
          }
        };
    try (GgufFile file = TestFiles.open(path -> channel)) {
      file.startReading(Progress.NONE);
      List<Tensor> tensors = tensors(file);
      assertNumbers(0, tensors.get(0));
      channel.awaitBegun(1);
      assertNumbers(0, tensors.get(0));
      for (int again = 0; again < 2; again++) {
        assertThatThrownBy(tensors.get(1)::data)
            .isInstanceOf(ModelFileException.class)
            .hasMessageContaining("t1 is unreadable")
            .hasMessageContaining("bad sector");
      }
      assertNumbers(2, tensors.get(2));
    }
  }

  @Test
  void closeEndsWhatIsBeingReadAhead() throws Exception {
    var closed = new CountDownLatch(1);
    var channel =
        new Watched() {
          @Override
          void at(int tensor) throws IOException {
            super.at(tensor);
            try {
              if (tensor == 1) {
                closed.await();
                throw new AsynchronousCloseException();
              }
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }

          @Override
          public void close() {
            closed.countDown();
            super.close();
          }
        };
    GgufFile file = TestFiles.open(path -> channel);
    file.startReading(Progress.NONE);
    List<Tensor> tensors = tensors(file);
    assertNumbers(0, tensors.get(0));
    channel.awaitBegun(1);
    file.close();
    assertThatThrownBy(tensors.get(1)::data).isInstanceOf(IllegalStateException.class);
  }
}

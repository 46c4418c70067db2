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

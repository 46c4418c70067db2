package org.msrnn.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.Progress;

class GgufFileTest {
  @TempDir Path folder;

  private static GgufWriter small() {
    return new GgufWriter()
        .put("text", "h\u00e9llo")
        .put("u8", (byte) 200)
        .put("i16", (short) -3)
        .put("u32", -1)
        .put("u64", -1L)
        .put("f32", 0.5f)
        .put("f64", 1e300)
        .put("flag", true)
        .put("texts", List.of("a", "", "\u4f60"))
        .put("numbers", new int[] {1, -2, 3})
        .put("reals", new float[] {1, 2})
        .put("flags", new boolean[] {true, false})
        .put("nested", new GgufWriter.Arrays(List.of(new int[] {1}, new int[] {})))
        .tensor("matrix", TensorType.F32, GgufWriter.f32(1, 2, 3, 4, 5, 6), 3, 2)
        .tensor("vector", TensorType.F16, new byte[] {0, 0x3c}, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void bothVersionsAreRead(int version) {
    try (GgufFile file = TestFiles.open(small().version(version).bytes())) {
      assertThat(file.format()).isEqualTo("GGUF " + version);
      Metadata metadata = file.metadata();
      assertThat(metadata.string("text")).isEqualTo("h\u00e9llo");
      assertThat(metadata.integer("u8", 0, 255)).isEqualTo(200);
      assertThat(metadata.integer("i16", -10, 0)).isEqualTo(-3);
      assertThat(metadata.number("u32", 0, 1e10)).isEqualTo(4294967295.0);
      assertThat(metadata.number("u64", 0, 1e30)).isEqualTo(0x1p64);
      assertThat(metadata.number("f32", 0, 1)).isEqualTo(0.5);
      assertThat(metadata.number("f64", 0, 1e308)).isEqualTo(1e300);
      assertThat(metadata.bool("flag", false)).isTrue();
      assertThat(metadata.strings("texts")).containsExactly("a", "", "\u4f60");
      assertThat(metadata.integers("numbers", -2, 3)).containsExactly(1, -2, 3);
      assertThat(metadata.floats("reals")).containsExactly(1, 2);
    }
  }

  @Test
  void missingKeysFallBackWhereAFallbackIsGiven() {
    try (GgufFile file = TestFiles.open(small().bytes())) {
      Metadata metadata = file.metadata();
      assertThat(metadata.string("absent", "x")).isEqualTo("x");
      assertThat(metadata.integer("absent", 0, 1, 7)).isEqualTo(7);
      assertThat(metadata.number("absent", 0, 1, 0.25)).isEqualTo(0.25);
      assertThat(metadata.bool("absent", true)).isTrue();
      assertThatThrownBy(() -> metadata.string("absent"))
          .isInstanceOf(ModelFileException.class)
          .hasMessage("in-memory.gguf: absent is missing, allowed is a string");
    }
  }

  @Test
  void valuesOfTheWrongTypeOrRangeAreNamed() {
    try (GgufFile file = TestFiles.open(small().bytes())) {
      Metadata metadata = file.metadata();
      assertThatThrownBy(() -> metadata.string("u8")).hasMessageContaining("u8 is 200 (u8)");
      assertThatThrownBy(() -> metadata.integer("u8", 0, 199))
          .hasMessageContaining("u8 is 200 (u8), allowed is a whole number from 0 to 199");
      assertThatThrownBy(() -> metadata.integer("u64", 0, Integer.MAX_VALUE))
          .hasMessageContaining("u64 is 18446744073709551615 (u64)");
      assertThatThrownBy(() -> metadata.integer("f32", 0, 1)).hasMessageContaining("f32 is 0.5");
      assertThatThrownBy(() -> metadata.number("flag", 0, 1)).hasMessageContaining("flag is true");
      assertThatThrownBy(() -> metadata.bool("u8", true)).hasMessageContaining("u8 is 200");
      assertThatThrownBy(() -> metadata.strings("numbers"))
          .hasMessageContaining("numbers is [1, -2, 3] (array of i32)");
      assertThatThrownBy(() -> metadata.integers("numbers", 0, 3))
          .hasMessageContaining("numbers[1] is -2, allowed is a whole number from 0 to 3");
      assertThatThrownBy(() -> metadata.floats("texts"))
          .hasMessageContaining("texts is ['a', '', '\u4f60'] (array of string)");
      assertThatThrownBy(() -> metadata.integers("nested", 0, 3))
          .hasMessageContaining("nested is [[1], []] (array of array)");
    }
  }

  @Test
  void numbersThatAreNotFiniteAreRefused() {
    byte[] bytes =
        new GgufWriter()
            .put("nan", Float.NaN)
            .put("infinite", Double.POSITIVE_INFINITY)
            .put("list", new float[] {1, Float.NEGATIVE_INFINITY})
            .bytes();
    try (GgufFile file = TestFiles.open(bytes)) {
      assertThatThrownBy(() -> file.metadata().number("nan", -1e300, 1e300))
          .hasMessageContaining("nan is NaN");
      assertThatThrownBy(() -> file.metadata().number("infinite", -1e300, 1e300))
          .hasMessageContaining("infinite is Infinity");
      assertThatThrownBy(() -> file.metadata().floats("list"))
          .hasMessageContaining("list[1] is -Infinity");
    }
  }

  @Test
  void entriesAreShortAndSafeToPrint() {
    byte[] bytes =
        new GgufWriter()
            .put("long", "x".repeat(100_000))
            .put("terminal", "\u001b[2J\u202e\n")
            .put("many", new int[1000])
            .bytes();
    try (GgufFile file = TestFiles.open(bytes)) {
      List<MetadataEntry> entries = file.metadata().entries();
      assertThat(entries.get(0).text()).hasSizeLessThan(140).contains("100000 characters");
      assertThat(entries.get(1).text()).isEqualTo("\\u{1b}[2J\\u{202e}\\u{a}");
      assertThat(entries.get(2))
          .isEqualTo(
              new MetadataEntry("many", "array of i32", "[0, 0, 0, 0, 0, 0, 0, 0, ... (1000)]"));
    }
  }

  @Test
  void tensorsHaveRowsFirst() {
    try (GgufFile file = TestFiles.open(small().bytes())) {
      assertThat(file.tensorNames()).containsExactly("matrix", "vector");
      TensorEntry entry = file.entry("matrix").orElseThrow();
      assertThat(entry.shape()).containsExactly(2L, 3L);
      assertThat(entry.rows()).isEqualTo(2);
      assertThat(entry.columns()).isEqualTo(3);
      assertThatThrownBy(() -> file.tensor("matrix")).isInstanceOf(IllegalStateException.class);
      file.startReading(Progress.NONE);
      float[] row = new float[4];
      file.tensor("matrix").decodeRow(1, row, 1);
      assertThat(row).containsExactly(0, 4, 5, 6);
      Tensor vector = file.tensor("vector");
      assertThat(vector.rows()).isEqualTo(1);
      vector.decodeRow(0, row, 0);
      assertThat(row[0]).isEqualTo(1);
      assertThatThrownBy(() -> file.tensor("absent"))
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining("absent is missing");
    }
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void weightsAreTheBytesOfTheFile(TensorType type) {
    var random = new java.util.Random(7);
    int columns = 2 * type.blockSize();
    byte[] data = TinyLlama.random(random, type, 3 * columns);
    byte[] bytes = new GgufWriter().alignment(8).tensor("t", type, data, columns, 3).bytes();
    try (GgufFile file = TestFiles.open(bytes)) {
      file.startReading(Progress.NONE);
      Tensor tensor = file.tensor("t");
      assertThat(tensor.type()).isEqualTo(type);
      assertThat(tensor.data().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(data);
    }
  }

  @Test
  void progressIsToldInBytesOfTheFile() {
    byte[] bytes = small().bytes();
    var told = new ArrayList<List<Long>>();
    try (GgufFile file = TestFiles.open(bytes)) {
      file.startReading((done, total) -> told.add(List.of(done, total)));
      file.tensor("matrix").data();
      file.tensor("vector").data();
      assertThat(told).hasSize(2).allMatch(line -> line.getLast() == bytes.length);
      assertThat(told.getFirst().getFirst()).isBetween(24L, bytes.length - 2L);
      assertThat(told.getLast().getFirst() - told.getFirst().getFirst()).isEqualTo(2);
    }
  }

  @Test
  void tensorsTakeTurnsInOneMemory() {
    try (GgufFile file = TestFiles.open(small().bytes())) {
      file.startReading(Progress.NONE);
      Tensor matrix = file.tensor("matrix");
      Tensor turned = file.tensor("matrix", row -> 1 - row);
      float[] row = new float[3];
      for (int i = 0; i < 3; i++) {
        matrix.decodeRow(1, row, 0);
        assertThat(row).containsExactly(4, 5, 6);
        turned.decodeRow(1, row, 0);
        assertThat(row).containsExactly(1, 2, 3);
        file.tensor("vector").decodeRow(0, row, 0);
        assertThat(row[0]).isEqualTo(1);
      }
    }
  }

  @Test
  void weightsAreGoneAfterClose() {
    GgufFile file = TestFiles.open(small().bytes());
    file.startReading(Progress.NONE);
    Tensor tensor = file.tensor("matrix").inMemory();
    assertThatThrownBy(() -> tensor.data().fill((byte) 0))
        .isInstanceOf(IllegalArgumentException.class);
    file.close();
    file.close();
    assertThatThrownBy(() -> tensor.decodeRow(0, new float[3], 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> file.tensor("vector").data())
        .isInstanceOf(IllegalStateException.class);
    assertThat(file.metadata().string("text")).isEqualTo("h\u00e9llo");
  }

  @Test
  void loadAfterCloseIsRefused() {
    GgufFile file = TestFiles.open(small().bytes());
    file.close();
    assertThatThrownBy(() -> file.startReading(Progress.NONE))
        .isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @CsvSource({"MXFP4, 39, 32, 17", "IQ4_XS, 23, 256, 136", "Q3_K, 11, 256, 110"})
  void knownFormatsThatMsrnnLacksAreDescribedAndRefusedByName(
      String name, int id, int numbers, int size) {
    byte[] bytes = new GgufWriter().tensor("t", id, new byte[size], numbers).bytes();
    try (GgufFile file = TestFiles.open(bytes)) {
      assertThat(file.tensors().getFirst().typeName()).isEqualTo(name);
      file.startReading(Progress.NONE);
      assertThatThrownBy(() -> file.tensor("t"))
          .isInstanceOf(UnsupportedModelException.class)
          .hasMessageContaining("has the number format " + name)
          .hasMessageEndingWith("Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K");
    }
  }

  @Test
  void everyPrefixIsRefusedWithAName() {
    byte[] bytes = small().bytes();
    for (int length = 0; length < bytes.length; length++) {
      byte[] prefix = Arrays.copyOf(bytes, length);
      int cut = length;
      assertThatThrownBy(() -> TestFiles.open(prefix))
          .as("prefix of %d bytes", cut)
          .isInstanceOfSatisfying(
              ModelFileException.class,
              e -> {
                assertThat(e.field()).isNotEmpty();
                assertThat(e.getMessage()).startsWith("in-memory.gguf");
              });
    }
  }

  @Test
  void everyBitFlipInTheHeaderIsNamedOrHarmless() {
    byte[] bytes = small().bytes();
    int header = bytes.length - 2 - 32;
    int described = 0;
    for (int bit = 0; bit < header * 8; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      try (GgufFile file = TestFiles.open(flipped)) {
        described++;
        checkPlaces(file);
      } catch (ModelFileException e) {
        assertThat(e.field()).isNotEmpty();
      } catch (RuntimeException | Error e) {
        fail("bit " + bit, e);
      }
    }
    assertThat(described).isPositive().isLessThan(header * 8);
  }

  private static void checkPlaces(GgufFile file) {
    long end = 0;
    for (TensorEntry tensor : file.tensors()) {
      assertThat(tensor.offset()).isGreaterThanOrEqualTo(end);
      end = tensor.offset() + tensor.bytes();
      assertThat(end).isLessThanOrEqualTo(file.fileBytes());
    }
  }

  /** A channel that has fewer bytes than it says. */
  private static final class Shrunk extends TestFiles.Bytes {
    private static final int LEFT = 200_000;

    Shrunk(byte[] bytes) {
      super(bytes);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      int limit = target.limit();
      int left = LEFT - (int) position();
      target.limit(Math.min(limit, target.position() + left));
      int count = left == 0 ? -1 : super.read(target);
      target.limit(limit);
      return count;
    }
  }

  @Test
  void aFileThatShrinksAfterOpeningIsNamed() {
    byte[] bytes =
        new GgufWriter().tensor("t", TensorType.F32, new byte[4 * 100_000], 100_000).bytes();
    try (GgufFile file = TestFiles.open(path -> new Shrunk(bytes))) {
      file.startReading(Progress.NONE);
      Tensor tensor = file.tensor("t");
      for (ThrowingCallable use :
          List.<ThrowingCallable>of(tensor::data, () -> file.digest().get())) {
        assertThatThrownBy(use)
            .isInstanceOf(ModelFileException.class)
            .hasMessageContaining("byte 200000")
            .hasMessageContaining("shorter since it was opened");
      }
    }
  }

  @Test
  void aDiskThatFailsIsNamed() {
    var failing =
        new TestFiles.Bytes(small().bytes()) {
          @Override
          public int read(ByteBuffer target) throws IOException {
            throw new IOException("bad sector");
          }
        };
    assertThatThrownBy(() -> TestFiles.open(path -> failing))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("bad sector");
    assertThat(failing.isOpen()).isFalse();
  }

  @Test
  void whatIsNoPlainFileIsRefused() throws IOException {
    Path loop = folder.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    assertThatThrownBy(() -> GgufFile.open(folder.resolve("absent.gguf")))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("file is missing");
    assertThatThrownBy(() -> GgufFile.open(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("file is a directory");
    assertThatThrownBy(() -> GgufFile.open(loop)).isInstanceOf(ModelFileException.class);
    assertThatThrownBy(() -> GgufFile.open(Path.of("/dev/zero")))
        .isInstanceOf(ModelFileException.class);
  }
}

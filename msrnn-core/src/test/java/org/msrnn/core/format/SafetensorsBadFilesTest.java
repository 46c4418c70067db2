package org.msrnn.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.ModelFileException;

/** One file a known attack or accident: what is refused, and under which name. */
class SafetensorsBadFilesTest {
  private static final Path FILE = Path.of("in-memory.safetensors");
  private static final int DAMAGED = 100_000;

  private static SafetensorsWriter good() {
    return new SafetensorsWriter()
        .f32("a", new float[6], 2, 3)
        .tensor("b", "BF16", new byte[8], 4)
        .tensor("c", "F16", new byte[2]);
  }

  private static List<TensorEntry> read(byte[] bytes) {
    return new SafetensorsReader(new Cursor(FILE, new TestFiles.Bytes(bytes), bytes.length)).read();
  }

  private static Arguments length(String name, long length) {
    byte[] header = good().header().getBytes(StandardCharsets.UTF_8);
    return arguments(name, SafetensorsWriter.file(length, header, good().data()), "header length");
  }

  /** The good header with a piece of it replaced, data as before. */
  private static Arguments with(String name, String piece, String other, String field) {
    assertThat(good().header()).contains(piece);
    return header(name, good().header().replace(piece, other), field);
  }

  private static Arguments header(String name, String header, String field) {
    return arguments(name, SafetensorsWriter.file(header, good().data()), field);
  }

  private static Arguments cut(String name, int bytes, String field) {
    return arguments(name, Arrays.copyOf(good().bytes(), good().bytes().length + bytes), field);
  }

  static Stream<Arguments> headers() {
    String good = good().header();
    long all = good().bytes().length;
    return Stream.of(
        arguments("empty", new byte[0], "header length"),
        arguments("7 bytes", new byte[7], "header length"),
        length("length 0", 0),
        length("length 1", 1),
        length("length 100 MB + 1", 100_000_001),
        length("length 2^63", Long.MIN_VALUE),
        length("length 2^64 - 1", -1),
        length("length of the file", all),
        length("length beyond the rest", all - 7),
        arguments(
            "zip",
            "PK\3\4 is a zip file, really".getBytes(StandardCharsets.US_ASCII),
            "header length"),
        arguments("gguf", new GgufWriter().put("a", 1).bytes(), "header length"),
        header("no JSON", "{hello}", "header"),
        header("cut JSON", good.substring(0, good.length() - 1), "header"),
        header("an array", "[]", "header"),
        header("a text", "\"{}\"", "header"),
        header("nested 100,000 deep", "{\"a\":" + "[".repeat(100_000), "a"),
        header("notes nested", "{\"__metadata__\":" + "{\"a\":".repeat(100_000), "__metadata__.a"),
        header("BOM", "\uFEFF" + good, "header"),
        header("leading space", " " + good, "header"),
        header("two objects", good + "{}", "header"),
        header("text after", good + " x", "header"),
        header("zero bytes after", good + "\0\0", "header"),
        with("name not UTF-16", "\"a\"", "\"\\u0000\"", "name of a tensor"),
        arguments("not UTF-8", notUtf8(), "header"),
        with("name empty", "\"a\"", "\"\"", "name of a tensor"),
        header("name of 2,000", "{\"" + "n".repeat(2000) + "\":1}", "header"),
        with("the same name twice", "\"b\"", "\"a\"", "header"),
        header("notes twice", good.replace("\"a\"", "\"__metadata__\""), "header"),
        with("notes a number", "\"pt\"", "1", "__metadata__.format"),
        with("notes an array", "{\"format\":\"pt\"}", "[]", "header"),
        with("notes null", "\"pt\"", "null", "__metadata__.format"),
        with("note twice", "\"pt\"", "\"pt\",\"format\":\"pt\"", "header"),
        header(
            "10^6 notes",
            "{\"__metadata__\":{" + members(1_000_000, "\"\"") + "}}",
            "__metadata__"),
        header("10^6 tensors that are none", "{" + members(1_000_000, "0") + "}", "0"));
  }

  static Stream<Arguments> tensors() {
    String a = "{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}";
    return Stream.of(
        with("no object", a, "[0,24]", "a"),
        with("null", a, "null", "a"),
        with("dtype missing", "\"dtype\":\"F32\",", "", "a"),
        with("shape missing", "\"shape\":[2,3],", "", "a"),
        with("offsets missing", ",\"data_offsets\":[0,24]", "", "a"),
        with("another member", "\"shape\":[2,3]", "\"shape\":[2,3],\"strides\":[3,1]", "a"),
        with("dtype twice", "\"dtype\":\"F32\"", "\"dtype\":\"F32\",\"dtype\":\"F32\"", "header"),
        with("dtype unknown", "\"F32\"", "\"F33\"", "a dtype"),
        with("dtype small", "\"F32\"", "\"f32\"", "a dtype"),
        with("dtype a number", "\"F32\"", "7", "a dtype"),
        with("dtype of other size", "\"F32\"", "\"F64\"", "a data_offsets"),
        with("shape no array", "[2,3]", "6", "a shape"),
        with("shape of texts", "[2,3]", "[\"2\",3]", "a shape"),
        with("shape nested", "[2,3]", "[[2,3]]", "a shape"),
        with("shape with -1", "[2,3]", "[-1,3]", "a shape"),
        with("shape with 0", "[2,3]", "[0,3]", "a shape"),
        with("shape with 2^63", "[2,3]", "[9223372036854775808,3]", "a shape"),
        with("shape with 1e3", "[2,3]", "[1e3,3]", "a shape"),
        with("shape with 1.0", "[2,3]", "[2.0,3]", "a shape"),
        with("shape of 10^6 digits", "[2,3]", "[" + "1".repeat(1_000_000) + "]", "header"),
        with("five sizes", "[2,3]", "[1,1,1,2,3]", "a shape"),
        with("shape that wraps to 24 bytes", "[2,3]", "[4611686018427387910]", "a shape"),
        with("shape whose bytes wrap", "[2,3]", "[4294967296,4294967296]", "a shape"),
        with("shape too small", "[2,3]", "[2,2]", "a data_offsets"),
        with("shape too large", "[2,3]", "[3,3]", "a data_offsets"),
        with("no sizes", "[2,3]", "[]", "a data_offsets"),
        with("offsets reversed", "[0,24]", "[24,0]", "a data_offsets"),
        with("one offset", "[0,24]", "[0]", "a data_offsets"),
        with("three offsets", "[0,24]", "[0,24,24]", "a data_offsets"),
        with("offset -1", "[0,24]", "[-1,23]", "a data_offsets"),
        with("offset 1e1", "[0,24]", "[0,2.4e1]", "a data_offsets"),
        with("offset 2^63", "[0,24]", "[0,9223372036854775808]", "a data_offsets"),
        with("offsets overlapping", "[24,32]", "[23,31]", "b data_offsets"),
        with(
            "the same data twice",
            "\"BF16\",\"shape\":[4],\"data_offsets\":[24,32]",
            "\"F32\",\"shape\":[6],\"data_offsets\":[0,24]",
            "b data_offsets"),
        with("offsets with a hole", "[24,32]", "[25,33]", "b data_offsets"),
        with("first offset not 0", "[0,24]", "[1,25]", "a data_offsets"),
        with("offsets past the end", "[32,34]", "[34,36]", "c data_offsets"),
        with(
            "offsets near 2^63",
            "[32,34]",
            "[9223372036854775805,9223372036854775807]",
            "c data_offsets"),
        cut("one byte short", -1, "c data_offsets"),
        cut("one byte more", 1, "end of file"),
        cut("a zip behind", 1000, "end of file"));
  }

  private static String members(int count, String value) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"" + Integer.toString(i, 36) + "\":" + value)
        .collect(Collectors.joining(","));
  }

  private static byte[] notUtf8() {
    byte[] bytes = good().bytes();
    bytes[12] = (byte) 0xff;
    return bytes;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"headers", "tensors"})
  void isRefusedUnderItsName(String name, byte[] bytes, String field) {
    var fault = catchThrowableOfType(ModelFileException.class, () -> read(bytes));
    assertThat(fault).as(name).isNotNull();
    assertThat(fault.field()).as(fault.getMessage()).isEqualTo(field);
    assertThat(fault.getMessage()).hasSizeLessThan(600).startsWith("in-memory.safetensors");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"headers", "tensors"})
  void takesNoMoreMemoryThanPromised(String name, byte[] bytes, String field) {
    long first = refuse(bytes);
    // Classes are loaded now: the smaller figure is the reader's own.
    long used = Math.min(first, refuse(bytes));
    assertThat(used).as(name).isLessThanOrEqualTo(8L * bytes.length + (1 << 20));
  }

  private static long refuse(byte[] bytes) {
    long before = Allocation.ofThisThread();
    assertThatThrownBy(() -> read(bytes)).isInstanceOf(ModelFileException.class);
    return Allocation.ofThisThread() - before;
  }

  @Test
  void manyTinyTensorsKeepNoMoreMemoryThanPromised() {
    var writer = new SafetensorsWriter();
    for (int i = 0; i < 20_000; i++) {
      writer.tensor(Integer.toString(i, 36), "U8", new byte[1], 1);
    }
    byte[] bytes = writer.bytes();
    read(bytes);
    long before = Allocation.liveAfterGc();
    List<TensorEntry> tensors = read(bytes);
    long kept = Allocation.liveAfterGc() - before;
    assertThat(tensors).hasSize(20_000);
    assertThat(kept).isLessThanOrEqualTo(8L * bytes.length + (1 << 20));
  }

  @Test
  void tensorsAreInTheOrderOfTheData() {
    String header =
        "{\"second\":{\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[4,6]},"
            + "\"first\":{\"data_offsets\":[0,4],\"shape\":[2,1],\"dtype\":\"BF16\"}}     ";
    List<TensorEntry> tensors = read(SafetensorsWriter.file(header, new byte[6]));
    assertThat(tensors).extracting(TensorEntry::name).containsExactly("first", "second");
    assertThat(tensors.getLast().shape()).containsExactly(1L);
    assertThat(tensors.getLast().offset()).isEqualTo(8 + header.length() + 4);
  }

  @Test
  void everyPrefixIsRefusedWithAName() {
    var writer = new SafetensorsWriter();
    for (int i = 0; i < 60; i++) {
      writer.f32("model.layers." + i + ".mlp.up_proj.weight", new float[48], 6, 8);
    }
    byte[] bytes = writer.bytes();
    assertThat(bytes).hasSizeGreaterThan(16 << 10);
    for (int length = 0; length < bytes.length; length++) {
      byte[] prefix = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> read(prefix))
          .as("prefix of %d bytes", length)
          .isInstanceOfSatisfying(
              ModelFileException.class, e -> assertThat(e.field()).isNotEmpty());
    }
  }

  private static final List<String> NASTY =
      List.of(
          "0",
          "1",
          "-1",
          "1e3",
          "2.0",
          "24",
          "25",
          "2147483648",
          "4294967296",
          "4611686018427387904",
          "9223372036854775807",
          "9223372036854775808",
          "null",
          "true",
          "[]",
          "{}",
          "\"\"",
          "\"a\"",
          "\"F32\"",
          "\"F16\"",
          "\"I64\"",
          "\"\\ud800\"",
          "[0,24]",
          "[24,32]",
          ",",
          ":",
          "{",
          "}",
          "\"data_offsets\"",
          "\"shape\"",
          "\"__metadata__\"");

  @Test
  void randomDamageIsNamedOrHarmless() {
    long seed = Long.getLong("msrnn.seed", new Random().nextLong());
    List<String> pieces = List.of(good().header().split("(?<=[\\[\\]{}:,])|(?=[\\[\\]{}:,])"));
    int accepted = 0;
    for (int i = 0; i < DAMAGED; i++) {
      byte[] bytes = damaged(pieces, new Random(seed + i));
      try {
        long end = -1;
        for (TensorEntry tensor : read(bytes)) {
          assertThat(end < 0 || tensor.offset() == end).as("seed %d", seed + i).isTrue();
          end = tensor.offset() + tensor.bytes();
          assertThat(end).as("seed %d", seed + i).isLessThanOrEqualTo(bytes.length);
        }
        accepted++;
      } catch (ModelFileException e) {
        assertThat(e.field()).as("seed %d", seed + i).isNotEmpty();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("-Dmsrnn.seed=" + (seed + i) + " shows it", e);
      }
    }
    assertThat(accepted).as("seed %d: some damage is harmless", seed).isPositive();
    assertThat(accepted).as("seed %d: most damage is seen", seed).isLessThan(DAMAGED / 4);
  }

  /**
   * The good file with a piece or two of its header replaced, moved or left out, or a bit flipped.
   */
  private static byte[] damaged(List<String> pieces, Random random) {
    var header = new java.util.ArrayList<>(pieces);
    for (int n = 1 + random.nextInt(2); n > 0; n--) {
      int at = random.nextInt(header.size());
      switch (random.nextInt(5)) {
        case 0 -> header.remove(at);
        case 1 -> header.add(at, header.get(random.nextInt(header.size())));
        case 2 -> java.util.Collections.swap(header, at, random.nextInt(header.size()));
        default -> header.set(at, NASTY.get(random.nextInt(NASTY.size())));
      }
    }
    byte[] bytes = SafetensorsWriter.file(String.join("", header), good().data());
    if (random.nextInt(4) == 0) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 50)) : bytes;
  }
}

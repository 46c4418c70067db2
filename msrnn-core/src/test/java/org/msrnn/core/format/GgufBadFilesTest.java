package org.msrnn.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.backend.TensorType;

/** One file a known attack or accident: what is refused, and under which name. */
class GgufBadFilesTest {
  private static final long TOO_MANY = 1L << 40;
  private static final int U32 = 4;

  private static GgufWriter good() {
    return new GgufWriter()
        .put("general.architecture", "llama")
        .put("general.alignment", 32)
        .put("a.bool", true)
        .put("a.list", List.of("x", "y"))
        .put("a.numbers", new int[] {1, 2})
        .put("a.flags", new boolean[] {true})
        .tensor("first", TensorType.Q8_0, new byte[34 * 2], 32, 2)
        .tensor("second", TensorType.F32, new byte[12], 3);
  }

  private static Arguments patched(String name, String field, long value) {
    return patched(name, field, value, field);
  }

  private static Arguments patched(String name, String field, long value, String named) {
    return arguments(name, good().patched(field, value), named);
  }

  private static Arguments file(String name, GgufWriter writer, String named) {
    return arguments(name, writer.bytes(), named);
  }

  static Stream<Arguments> headers() {
    return Stream.of(
        arguments("empty", new byte[0], "magic"),
        arguments("three bytes", new byte[] {'G', 'G', 'U'}, "magic"),
        arguments("no GGUF", "PK\3\4 is a zip file".getBytes(StandardCharsets.US_ASCII), "magic"),
        arguments("magic alone", "GGUF".getBytes(StandardCharsets.US_ASCII), "version"),
        arguments("23 bytes", Arrays.copyOf(good().bytes(), 23), "n_kv"),
        patched("version 0", "version", 0),
        patched("version 1", "version", 1),
        patched("version 4", "version", 4),
        patched("version 2^31", "version", 1L << 31),
        patched("big-endian", "version", 3 << 24),
        patched("one tensor too few", "n_tensors", 1, "end of file"),
        patched("one tensor too many", "n_tensors", 3, "tensor 2 name"),
        patched("2^31 - 1 tensors", "n_tensors", Integer.MAX_VALUE),
        patched("2^40 tensors", "n_tensors", TOO_MANY),
        patched("2^63 tensors", "n_tensors", Long.MIN_VALUE),
        patched("2^64 - 1 tensors", "n_tensors", -1),
        patched("65,537 tensors", "n_tensors", 65_537),
        patched("one key too many", "n_kv", 7, "tensor 0 name length"),
        patched("2^31 - 1 keys", "n_kv", Integer.MAX_VALUE),
        patched("2^63 keys", "n_kv", Long.MIN_VALUE),
        patched("2^64 - 1 keys", "n_kv", -1));
  }

  static Stream<Arguments> metadata() {
    String alignment = "general.alignment";
    return Stream.of(
        file("key empty", good().put("", 1), "key 6"),
        file("key of 64 KiB + 1", good().put("k".repeat(65_537), 1), "key 6 length"),
        file("key with NUL", good().put("a\0b", 1), "key 6"),
        patched("key of 2^63", "a.bool key length", Long.MIN_VALUE, "key 2 length"),
        arguments("key not UTF-8", notUtf8("a.bool"), "key 2"),
        arguments("key twice", twice("a.bool", "a.list"), "key 3"),
        patched("value type 13", "a.bool type", 13),
        patched("value type 77", "a.bool type", 77),
        patched("value type 2^32 - 1", "a.bool type", -1),
        patched("bool 2", "a.bool", 2),
        arguments("bool 2 in an array", boolInArray(), "a.flags"),
        patched("string one longer than the rest", "a.list[1] length", 10_000, "a.list length"),
        patched("string of 2^31 - 1", "a.list[1] length", Integer.MAX_VALUE, "a.list length"),
        patched("string of 2^63", "a.list[0] length", Long.MIN_VALUE, "a.list length"),
        patched("string of 2^64 - 1", "general.architecture length", -1),
        arguments("string not UTF-8", notUtf8("llama"), "general.architecture"),
        patched("array type 13", "a.list element type", 13),
        patched("array of 5e8 strings", "a.list array length", 500_000_000),
        patched("array of 2^63 strings", "a.list array length", Long.MIN_VALUE),
        patched("array whose bytes wrap", "a.numbers array length", (1L << 62) + 2),
        patched("array of 2^64 - 1", "a.numbers array length", -1),
        arguments("arrays in arrays 200,000 deep", nestedArrays(200_000), "deep"),
        arguments("arrays in arrays 3 deep", nestedArrays(3), "deep"),
        patched("alignment 0", alignment, 0),
        patched("alignment 1", alignment, 1),
        patched("alignment 3", alignment, 3),
        patched("alignment 2^31", alignment, 1L << 31),
        patched("alignment -1", alignment, -1),
        file("alignment a string", good().put(alignment, "32"), alignment),
        file("alignment a float", good().put(alignment, 32f), alignment),
        file("alignment 64-bit", good().put(alignment, 32L), alignment),
        patched("alignment of another file", alignment, 64, "second offset"));
  }

  static Stream<Arguments> tensors() {
    return Stream.of(
        file("name empty", good().tensor("", TensorType.F32, new byte[4], 1), "tensor 2 name"),
        file(
            "name of 64", good().tensor("n".repeat(64), 0, new byte[4], 1), "tensor 2 name length"),
        file("name with NUL", good().tensor("a\0b", 0, new byte[4], 1), "tensor 2 name"),
        arguments("name twice", twice("first", "secon"), "tensor 1 name"),
        patched("no dims", "first n_dims", 0),
        patched("5 dims", "first n_dims", 5),
        patched("10^9 dims", "first n_dims", 1_000_000_000),
        patched("dim 0", "first dims[0]", 0),
        patched("dim -1", "first dims[1]", -1),
        patched("dim 2^31", "second dims[0]", 1L << 31, "second offset + size"),
        patched("dims of 2^67 numbers", "first dims[1]", 1L << 62),
        patched("dims whose product wraps to 32", "first dims[1]", (1L << 59) + 1),
        patched("bytes that wrap", "second dims[0]", 1L << 62, "second"),
        patched("padding that wraps", "second dims[0]", Long.MAX_VALUE / 4, "second offset + size"),
        patched("type given up", "first type", 4),
        patched("type 999", "first type", 999),
        patched("type -1", "first type", -1),
        patched("columns no multiple of the block", "first dims[0]", 31),
        patched("offset unaligned", "second offset", 97),
        patched("offset overlapping", "second offset", 64),
        patched("offset with a hole", "second offset", 128),
        patched("offset 2^40", "second offset", TOO_MANY),
        patched("offset 2^63", "second offset", Long.MIN_VALUE),
        patched("first offset not 0", "first offset", 32),
        arguments(
            "last tensor one byte short",
            Arrays.copyOf(good().bytes(), good().bytes().length - 1),
            "second offset + size"),
        arguments(
            "trailing bytes",
            Arrays.copyOf(good().bytes(), good().bytes().length + 32),
            "end of file"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"headers", "metadata", "tensors"})
  void isRefusedUnderItsName(String name, byte[] bytes, String field) {
    var fault = catchThrowableOfType(ModelFileException.class, () -> TestFiles.open(bytes).close());
    assertThat(fault).as(name).isNotNull();
    assertThat(fault.field()).as(fault.getMessage()).isEqualTo(field);
    assertThat(fault.getMessage()).hasSizeLessThan(500);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"headers", "metadata", "tensors"})
  void takesNoMoreMemoryThanPromised(String name, byte[] bytes, String field) {
    long first = refuse(bytes);
    // Classes are loaded now: the smaller figure is the reader's own.
    long used = Math.min(first, refuse(bytes));
    assertThat(used).as(name).isLessThanOrEqualTo(8L * bytes.length + (1 << 20));
  }

  private static long refuse(byte[] bytes) {
    long before = Allocation.ofThisThread();
    try (GgufFile file = TestFiles.open(bytes)) {
      throw new AssertionError("accepted " + file.format());
    } catch (ModelFileException e) {
      return Allocation.ofThisThread() - before;
    }
  }

  static Stream<Arguments> denseFiles() {
    var keys = new GgufWriter();
    for (int i = 0; i < 20_000; i++) {
      keys.put(Integer.toString(i, 36), (byte) -1);
    }
    var tensors = new GgufWriter();
    for (int i = 0; i < 20_000; i++) {
      tensors.tensor(Integer.toString(i, 36), 24, new byte[1], 1);
    }
    var texts = new ArrayList<String>();
    for (int i = 0; i < 50_000; i++) {
      texts.add(Character.toString('a' + i % 26));
    }
    return Stream.of(
        arguments("20,000 tiny entries", keys.bytes()),
        arguments("20,000 tiny tensors", tensors.bytes()),
        arguments("50,000 tiny texts", new GgufWriter().put("t", texts).bytes()),
        arguments("many empty arrays", emptyArrays(50_000)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("denseFiles")
  void aFileOfTinyPartsKeepsNoMoreMemoryThanPromised(String name, byte[] bytes) {
    TestFiles.open(bytes).close();
    long before = Allocation.liveAfterGc();
    GgufFile file = TestFiles.open(bytes);
    long kept = Allocation.liveAfterGc() - before;
    assertThat(file.fileBytes()).isEqualTo(bytes.length);
    assertThat(kept).as(name).isLessThanOrEqualTo(8L * bytes.length + (1 << 20));
    file.close();
  }

  @Test
  void messagesDoNotRepeatAHugeKey() {
    byte[] bytes = good().put("\u001b" + "k".repeat(60_000), 1).bytes();
    var fault = catchThrowableOfType(ModelFileException.class, () -> TestFiles.open(bytes));
    assertThat(fault.getMessage()).hasSizeLessThan(400).doesNotContain("\u001b");
  }

  /**
   * The file with a text's first character, as it first occurs, made something that is no UTF-8.
   */
  private static byte[] notUtf8(String text) {
    byte[] bytes = good().bytes();
    bytes[indexOf(bytes, text)] = (byte) 0xff;
    return bytes;
  }

  /** The file with a name written over another one as long. */
  private static byte[] twice(String name, String other) {
    byte[] bytes = name.equals("first") ? twoTensors() : good().bytes();
    byte[] from = name.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(from, 0, bytes, indexOf(bytes, other), from.length);
    return bytes;
  }

  private static byte[] twoTensors() {
    return new GgufWriter()
        .tensor("first", TensorType.F32, new byte[4], 1)
        .tensor("secon", TensorType.F32, new byte[4], 1)
        .bytes();
  }

  private static byte[] boolInArray() {
    GgufWriter writer = good();
    byte[] bytes = writer.bytes();
    bytes[writer.field("a.flags array length").offset() + 8] = 2;
    return bytes;
  }

  private static byte[] nestedArrays(int depth) {
    ByteBuffer bytes = start("deep", depth * 12 + 12);
    for (int i = 0; i < depth; i++) {
      bytes.putInt(9).putLong(1);
    }
    return content(bytes.putInt(U32).putLong(0));
  }

  private static byte[] emptyArrays(int count) {
    ByteBuffer bytes = start("wide", count * 12 + 12);
    bytes.putInt(9).putLong(count);
    for (int i = 0; i < count; i++) {
      bytes.putInt(U32).putLong(0);
    }
    return content(bytes);
  }

  private static byte[] content(ByteBuffer bytes) {
    byte[] content = new byte[bytes.flip().remaining()];
    bytes.get(content);
    return content;
  }

  /** A file without tensors whose only value, an array, follows. */
  private static ByteBuffer start(String key, int more) {
    byte[] name = key.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes =
        ByteBuffer.allocate(4 + 4 + 8 + 8 + 8 + name.length + 4 + more)
            .order(ByteOrder.LITTLE_ENDIAN);
    return bytes
        .put("GGUF".getBytes(StandardCharsets.US_ASCII))
        .putInt(3)
        .putLong(0)
        .putLong(1)
        .putLong(name.length)
        .put(name)
        .putInt(9);
  }

  private static int indexOf(byte[] bytes, String text) {
    return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
  }
}

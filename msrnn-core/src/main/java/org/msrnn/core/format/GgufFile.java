package org.msrnn.core.format;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.backend.Tensor;
import org.msrnn.core.Progress;

/**
 * A GGUF model of version 2 or 3, little-endian, in one file or in parts named {@code
 * NAME-00001-of-00003.gguf}; opening any part opens them all, in order. Limits: 65,536 keys and as
 * many tensors in a file, strings of 16 MiB, a header of 256 MiB, 999 parts. While a file is
 * opened, memory stays below 8 times the bytes read so far plus 1 MiB.
 *
 * <p>Metadata is that of the first part; the digest is that of the contents of all parts in order.
 */
public final class GgufFile implements ModelFile {
  private static final String SPLIT_NO = "split.no";
  private static final String SPLIT_COUNT = "split.count";
  private static final String SPLIT_TENSORS = "split.tensors.count";
  private static final int MAX_PARTS = 999;
  private static final Pattern PART_NAME = Pattern.compile("(.*)-\\d{5}-of-\\d{5}\\.gguf");

  private final Path path;
  private final ModelParts parts;
  private final GgufReader.Header first;
  private final Metadata metadata;
  private final SequencedMap<String, StoredTensor> tensors;

  private GgufFile(
      Path path,
      ModelParts parts,
      GgufReader.Header first,
      Metadata metadata,
      SequencedMap<String, StoredTensor> tensors) {
    this.path = path;
    this.parts = parts;
    this.first = first;
    this.metadata = metadata;
    this.tensors = tensors;
  }

  /**
   * Reads and checks everything but the weights.
   *
   * @param path a file, or any part of a model in parts
   * @throws ModelFileException if a file is missing, unreadable, damaged or no GGUF file
   */
  public static GgufFile open(Path path) {
    return open(path, Opener.FILES);
  }

  /** The same for whatever can be opened. */
  static GgufFile open(Path path, Opener opener) {
    var parts = new ModelParts(path, opener);
    try {
      Cursor cursor = parts.open(path);
      GgufReader.Header header = new GgufReader(cursor).read();
      var metadata = new Metadata(path, header.metadata());
      int count = metadata.integer(SPLIT_COUNT, 0, MAX_PARTS, 0);
      if (count > 1) {
        parts.close();
        return openParts(path, partName(path, metadata, count), count, opener);
      }
      var tensors = new LinkedHashMap<String, StoredTensor>();
      add(tensors, header, cursor);
      return new GgufFile(path, parts, header, metadata, tensors);
    } catch (Throwable e) {
      parts.close();
      throw e;
    }
  }

  /** The part's name up to its number, which must be the one that it says. */
  private static String partName(Path path, Metadata metadata, int count) {
    String name = String.valueOf(path.getFileName());
    int number = metadata.integer(SPLIT_NO, 0, count - 1);
    Matcher parts = PART_NAME.matcher(name);
    String prefix = parts.matches() ? parts.group(1) : "NAME";
    String expected = partName(prefix, number, count);
    if (!name.equals(expected)) {
      throw new ModelFileException(
          path, -1, "file name", name, expected + ", as part " + (number + 1) + " of " + count);
    }
    return prefix;
  }

  private static String partName(String prefix, int number, int count) {
    return String.format("%s-%05d-of-%05d.gguf", prefix, number + 1, count);
  }

  private static GgufFile openParts(Path path, String prefix, int count, Opener opener) {
    var parts = new ModelParts(path, opener);
    try {
      var headers = new ArrayList<GgufReader.Header>();
      var tensors = new LinkedHashMap<String, StoredTensor>();
      for (int number = 0; number < count; number++) {
        Path part = path.resolveSibling(partName(prefix, number, count));
        Cursor cursor = parts.open(part);
        GgufReader.Header header = new GgufReader(cursor).read();
        var metadata = new Metadata(part, header.metadata());
        metadata.integer(SPLIT_NO, number, number);
        metadata.integer(SPLIT_COUNT, count, count);
        headers.add(header);
        add(tensors, header, cursor);
      }
      for (int number = 0; number < count; number++) {
        Path part = path.resolveSibling(partName(prefix, number, count));
        new Metadata(part, headers.get(number).metadata())
            .integer(SPLIT_TENSORS, tensors.size(), tensors.size());
      }
      GgufReader.Header first = headers.getFirst();
      var metadata =
          new Metadata(path.resolveSibling(partName(prefix, 0, count)), first.metadata());
      return new GgufFile(path, parts, first, metadata, tensors);
    } catch (Throwable e) {
      parts.close();
      throw e;
    }
  }

  private static void add(
      SequencedMap<String, StoredTensor> tensors, GgufReader.Header header, Cursor file) {
    for (TensorEntry entry : header.tensors().sequencedValues()) {
      StoredTensor other = tensors.putIfAbsent(entry.name(), new StoredTensor(entry, file));
      if (other != null) {
        throw new ModelFileException(
            file.file(),
            entry.offset(),
            Printable.of(entry.name()),
            "here and in " + other.file().file().getFileName(),
            "each tensor in one part");
      }
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public String format() {
    return "GGUF " + first.version();
  }

  @Override
  public Metadata metadata() {
    return metadata;
  }

  @Override
  public long fileBytes() {
    return parts.bytes();
  }

  @Override
  public List<TensorEntry> tensors() {
    return tensors.sequencedValues().stream().map(StoredTensor::entry).toList();
  }

  @Override
  public Set<String> tensorNames() {
    return Collections.unmodifiableSet(tensors.sequencedKeySet());
  }

  @Override
  public Optional<TensorEntry> entry(String name) {
    return Optional.ofNullable(tensors.get(name)).map(StoredTensor::entry);
  }

  @Override
  public void startReading(Progress progress) {
    parts.startReading(
        tensors.values().stream().mapToLong(tensor -> tensor.entry().bytes()).sum(), progress);
  }

  @Override
  public Tensor tensor(String name, RowOrder order) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new ModelFileException(path, -1, name, "missing", "a tensor of this name");
    }
    return parts.tensor(tensor, order);
  }

  @Override
  public Supplier<String> digest() {
    return parts.digest();
  }

  @Override
  public void close() {
    parts.close();
  }
}

package org.msrnn.core.format;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.msrnn.api.ModelFileException;
import tools.jackson.core.JsonToken;

/**
 * The index of weights in several safetensors files: {@code weight_map}, from a tensor's name to
 * the name of the file beside the index that has it.
 *
 * @param file the index
 * @param files by names of tensors
 */
record SafetensorsIndex(Path file, Map<String, String> files) {
  static final int MAX_FILES = 512;

  private static final int MAX_BYTES = 32 << 20;
  private static final String MAP = "weight_map";
  private static final String SUFFIX = ".safetensors";

  /** Reads an index. */
  static SafetensorsIndex read(Cursor cursor) {
    if (cursor.size() > MAX_BYTES) {
      throw cursor.fault(-1, "file", cursor.size() + " bytes", "at most " + MAX_BYTES + " bytes");
    }
    byte[] text = cursor.bytes((int) cursor.size(), "file");
    var json = new JsonSource(cursor, -1, "file");
    var files = new LinkedHashMap<String, String>();
    var names = new TreeSet<String>();
    var maps = new TreeSet<String>();
    json.object(
        text,
        (member, parser) -> {
          if (!member.equals(MAP)) {
            parser.skipChildren();
            return;
          }
          if (!maps.add(member)) {
            throw json.twice(member);
          }
          json.object(
              parser,
              (tensor, at) -> {
                String found = at.currentToken() == JsonToken.VALUE_STRING ? at.getString() : "";
                checkName(cursor, tensor, found);
                // One text a file, however many tensors it has.
                String file = names.add(found) ? found : names.ceiling(found);
                if (files.putIfAbsent(tensor, String.valueOf(file)) != null) {
                  throw json.twice(tensor);
                }
                checkCounts(cursor, files.size(), names.size());
              });
        });
    if (files.isEmpty()) {
      throw cursor.fault(-1, MAP, "missing or empty", "an object with a tensor or more");
    }
    return new SafetensorsIndex(cursor.file(), files);
  }

  /** A plain name: the file lies beside the index. */
  private static void checkName(Cursor cursor, String tensor, String name) {
    boolean plain =
        name.endsWith(SUFFIX)
            && name.chars()
                .noneMatch(c -> c < ' ' || c == 127 || c == '/' || c == '\\' || c == ':');
    if (!plain) {
      throw cursor.fault(
          -1,
          MAP + "." + Printable.of(tensor),
          "'" + Printable.of(name) + "'",
          "the name of a " + SUFFIX + " file beside the index");
    }
  }

  private static void checkCounts(Cursor cursor, int tensors, int files) {
    if (tensors > SafetensorsReader.MAX_TENSORS || files > MAX_FILES) {
      throw cursor.fault(
          -1,
          MAP,
          "larger than that",
          "at most " + SafetensorsReader.MAX_TENSORS + " tensors in " + MAX_FILES + " files");
    }
  }

  /** Names of the files, in order. */
  SortedSet<String> fileNames() {
    return new TreeSet<>(files.values());
  }

  /** Holds the index against what is in the files. */
  void check(Map<String, StoredTensor> tensors) {
    files.forEach(
        (tensor, name) -> {
          StoredTensor found = tensors.get(tensor);
          if (found == null || !found.file().file().endsWith(name)) {
            throw new ModelFileException(
                file,
                -1,
                MAP + "." + Printable.of(tensor),
                "'" + Printable.of(name) + "', which does not have it",
                "the file that has the tensor");
          }
        });
  }
}

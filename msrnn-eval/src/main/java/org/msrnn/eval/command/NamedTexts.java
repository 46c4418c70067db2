package org.msrnn.eval.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.msrnn.eval.bundled.BundledText;
import org.msrnn.eval.io.TextFile;

/** Texts by the names that results give them. */
final class NamedTexts {
  private NamedTexts() {}

  /** Files, named as they were given. */
  static Map<String, String> of(List<Path> files) {
    Map<String, String> texts = new LinkedHashMap<>();
    files.forEach(file -> texts.put(file.toString(), TextFile.read(file)));
    return texts;
  }

  /** Files, or the bundled story where there are none. */
  static Map<String, String> orStory(List<Path> files) {
    return files.isEmpty() ? Map.of(BundledText.STORY_NAME, BundledText.story()) : of(files);
  }
}

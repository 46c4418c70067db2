package org.msrnn.eval.bundled;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.msrnn.eval.io.TextFile;

/** The story and the word lists of the project's own writing. */
public final class BundledText {
  /** The story's name in results. */
  public static final String STORY_NAME = "the-lamp-at-harrow-point.txt";

  private BundledText() {}

  /** An original story in the manner of a 19th-century novel, one paragraph a line. */
  public static String story() {
    return resource(STORY_NAME);
  }

  /** Adjectives for the keys of retrieval items. */
  public static List<String> adjectives() {
    return resource("adjectives.txt").lines().filter(line -> !line.isBlank()).toList();
  }

  /** Nouns for the keys of retrieval items. */
  public static List<String> nouns() {
    return resource("nouns.txt").lines().filter(line -> !line.isBlank()).toList();
  }

  private static String resource(String name) {
    byte[] bytes = TextFile.resource(BundledText.class, "/org/msrnn/eval/text/" + name);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}

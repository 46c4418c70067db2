package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.msrnn.api.backend.KvType;
import org.msrnn.eval.bundled.BundledText;

/** The number format of keys and values, from the command's option to its results. */
class KvOptionTest {
  private static final int HEAD_SIZE = 32;
  private static final int VECTORS = 2 * 3 * 6; // keys and values, heads, layers

  @TempDir Path folder;

  private Map<String, Object> perplexity(String kv) throws IOException {
    Path story = folder.resolve("story.txt");
    Files.writeString(story, BundledText.story().substring(0, 600));
    return Cli.run(
            "perplexity",
            story.toString(),
            "--policy",
            "tova",
            "--state",
            "16",
            "--kv",
            kv,
            "--json")
        .json();
  }

  private static double nll(Map<String, Object> json) {
    return ((Number) Objects.requireNonNull(json.get("nll"))).doubleValue();
  }

  @ParameterizedTest
  @EnumSource
  void isRecordedAndNearlyAsGood(KvType type) throws IOException {
    Map<String, Object> json = perplexity(type.name().toLowerCase(Locale.ROOT));

    assertThat(json)
        .containsEntry("storage", type.name())
        .containsEntry("stateBytes", (int) type.bytes(16L * VECTORS, HEAD_SIZE));
    assertThat(nll(json)).isCloseTo(nll(perplexity("f32")), withinPercentage(5));
  }

  @Test
  void inspectShowsBytesOfEveryFormat() {
    String json = Cli.run("inspect", "--json").out();

    for (KvType type : KvType.values()) {
      assertThat(json).contains("\"" + type + "\"");
    }
    assertThat(Cli.run("inspect").out()).contains("F16, BF16").contains("Q8_0");
  }
}

package org.msrnn.eval.judge;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.judge.Contest.Told;
import org.msrnn.eval.task.SampleSettings;
import org.msrnn.eval.task.Settings;
import org.msrnn.eval.task.StateFigures;
import org.msrnn.eval.task.StoryFigures;
import org.msrnn.eval.task.StoryPrompt;

/** Stories without a model. */
final class Stories {
  private Stories() {}

  static Settings settings(String policy, @Nullable Integer state) {
    return settings(policy, state, "original");
  }

  static Settings settings(String policy, @Nullable Integer state, String positions) {
    return SampleSettings.of("m", policy, state, positions, 0);
  }

  static SortedMap<String, String> options() {
    return new TreeMap<>(Map.of("temperature", "0.8"));
  }

  static StoryFigures story(long seed, String text, boolean filled) {
    int tokens = text.isEmpty() ? 0 : text.split(" ").length;
    return new StoryFigures(
        StoryPrompt.PAPER,
        seed,
        text,
        90,
        tokens,
        true,
        filled,
        new StateFigures(64, 100, 120, filled ? 9 : 0));
  }

  static Told told(Settings settings, StoryFigures story) {
    return new Told(settings, options(), story);
  }

  static StoryPair pair(long seed, String candidate, String topline) {
    return new StoryPair(story(seed, candidate, true), story(seed, topline, false));
  }
}

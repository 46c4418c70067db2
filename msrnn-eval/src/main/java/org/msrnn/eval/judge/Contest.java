package org.msrnn.eval.judge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.task.Settings;
import org.msrnn.eval.task.StoryFigures;

/**
 * A bounded setup against the topline.
 *
 * @param settings the bounded setup
 * @param topline the unbounded one
 * @param options how its stories were drawn
 * @param pairs the stories of both, by seed
 * @param unpaired stories of seeds that the topline has not told
 */
public record Contest(
    Settings settings,
    Settings topline,
    SortedMap<String, String> options,
    List<StoryPair> pairs,
    int unpaired) {
  /**
   * A story as a journal holds it.
   *
   * @param settings under which it was told
   * @param options how it was drawn
   * @param story the story
   */
  public record Told(Settings settings, SortedMap<String, String> options, StoryFigures story) {

    /** The stories among a journal's cells, in their order. */
    public static List<Told> of(List<CellRecord> cells) {
      List<Told> stories = new ArrayList<>();
      for (CellRecord record : cells) {
        if (record.result() instanceof StoryFigures story) {
          var id = record.cell();
          stories.add(new Told(id.settings(), id.options(), story));
        }
      }
      return stories;
    }

    private boolean isTopline() {
      return settings.state() == null;
    }

    /** All that two stories must share to be compared, the seed alone excepted. */
    private List<Object> terms() {
      return List.of(settings.modelDigest(), story.prompt(), options);
    }
  }

  /**
   * The contests that stories make up: each bounded setup against the unbounded one of the same
   * model, request and draws; of several, one with the same position scheme and number format.
   *
   * @param stories in the order of their journal
   * @param limit the most pairs of a contest
   */
  public static List<Contest> of(List<Told> stories, long limit) {
    Map<List<Object>, List<Told>> bounded = new LinkedHashMap<>();
    Map<List<Object>, Map<Settings, Map<Long, StoryFigures>>> toplines = new LinkedHashMap<>();
    for (Told told : stories) {
      if (told.isTopline()) {
        toplines
            .computeIfAbsent(told.terms(), _ -> new LinkedHashMap<>())
            .computeIfAbsent(told.settings, _ -> new LinkedHashMap<>())
            .put(told.story.seed(), told.story);
      } else {
        bounded
            .computeIfAbsent(List.of(told.settings, told.terms()), _ -> new ArrayList<>())
            .add(told);
      }
    }
    List<Contest> contests = new ArrayList<>();
    for (List<Told> told : bounded.values()) {
      var candidates = toplines.get(told.getFirst().terms());
      if (candidates != null) {
        contests.add(contest(told, candidates, limit));
      }
    }
    return contests;
  }

  private static Contest contest(
      List<Told> told, Map<Settings, Map<Long, StoryFigures>> toplines, long limit) {
    Settings settings = told.getFirst().settings;
    Settings topline =
        toplines.keySet().stream()
            .min(Comparator.comparingInt(other -> differences(settings, other)))
            .orElseThrow();
    Map<Long, StoryFigures> others = toplines.getOrDefault(topline, Map.of());
    List<StoryPair> pairs = new ArrayList<>();
    int unpaired = 0;
    for (Told one : told) {
      StoryFigures other = others.get(one.story.seed());
      if (other == null) {
        unpaired++;
      } else {
        pairs.add(new StoryPair(one.story, other));
      }
    }
    List<StoryPair> first =
        pairs.stream().sorted(Comparator.comparingLong(StoryPair::seed)).limit(limit).toList();
    return new Contest(settings, topline, told.getFirst().options, first, unpaired);
  }

  private static int differences(Settings one, Settings other) {
    return (one.positions().equals(other.positions()) ? 0 : 8)
        + (one.seed() == other.seed() ? 0 : 4)
        + (one.storage().equals(other.storage()) ? 0 : 2)
        + (one.backend().equals(other.backend()) ? 0 : 1);
  }
}

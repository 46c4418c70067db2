package org.msrnn.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.msrnn.eval.judge.Stories.settings;
import static org.msrnn.eval.judge.Stories.story;
import static org.msrnn.eval.judge.Stories.told;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.msrnn.eval.judge.Contest.Told;
import org.msrnn.eval.task.StoryFigures;

class ContestTest {
  @Test
  void storiesOfASeedMeetAndTheRestIsCounted() {
    var tova = settings("tova", 64);
    var window = settings("window", 64);
    var full = settings("full", null);
    List<Contest> contests =
        Contest.of(
            List.of(
                told(tova, story(3, "t3", true)),
                told(full, story(1, "f1", false)),
                told(tova, story(1, "t1", true)),
                told(window, story(1, "w1", true)),
                told(full, story(3, "f3", false)),
                told(tova, story(9, "t9", true))),
            Long.MAX_VALUE);

    assertThat(contests).hasSize(2);
    Contest first = contests.getFirst();
    assertThat(first.settings()).isEqualTo(tova);
    assertThat(first.topline()).isEqualTo(full);
    assertThat(first.options()).isEqualTo(Stories.options());
    assertThat(first.pairs())
        .containsExactly(
            new StoryPair(story(1, "t1", true), story(1, "f1", false)),
            new StoryPair(story(3, "t3", true), story(3, "f3", false)));
    assertThat(first.unpaired()).isEqualTo(1);
    assertThat(contests.getLast().settings()).isEqualTo(window);
    assertThat(contests.getLast().pairs()).hasSize(1);
  }

  @Test
  void limitTakesTheFirstSeeds() {
    List<Told> stories =
        List.of(
            told(settings("tova", 8), story(2, "b", true)),
            told(settings("tova", 8), story(1, "a", true)),
            told(settings("full", null), story(1, "c", true)),
            told(settings("full", null), story(2, "d", true)));

    assertThat(Contest.of(stories, 1).getFirst().pairs())
        .extracting(StoryPair::seed)
        .containsExactly(1L);
  }

  @Test
  void toplineIsThatOfTheSamePositionsWhereThereIsOne() {
    var full = settings("full", null);
    var fullInCache = settings("full", null, "in-cache");
    List<Told> stories =
        List.of(
            told(full, story(1, "a", false)),
            told(fullInCache, story(1, "b", false)),
            told(settings("tova", 8), story(1, "c", true)),
            told(settings("tova", 8, "in-cache"), story(1, "d", true)),
            told(settings("tova", 8, "relative"), story(1, "e", true)));

    assertThat(Contest.of(stories, 9))
        .extracting(Contest::topline)
        .containsExactly(full, fullInCache, full);
  }

  @Test
  void otherRequestsOrDrawsDoNotMeet() {
    Told full = told(settings("full", null), story(1, "a", false));
    Told bounded = told(settings("tova", 8), story(1, "b", true));
    StoryFigures b = bounded.story();
    StoryFigures other =
        new StoryFigures(
            "Tell!", b.seed(), b.text(), b.promptTokens(), b.tokens(), true, true, b.state());
    var warmer = new TreeMap<>(bounded.options());
    warmer.put("temperature", "1.0");

    assertThat(Contest.of(List.of(full, bounded), 9)).hasSize(1);
    assertThat(Contest.of(List.of(full, new Told(bounded.settings(), bounded.options(), other)), 9))
        .isEmpty();
    assertThat(Contest.of(List.of(full, new Told(bounded.settings(), warmer, bounded.story())), 9))
        .isEmpty();
    assertThat(Contest.of(List.of(bounded), 9)).as("no topline").isEmpty();
    assertThat(Contest.of(List.of(), 9)).isEmpty();
  }
}

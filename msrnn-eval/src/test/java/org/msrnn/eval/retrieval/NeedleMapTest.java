package org.msrnn.eval.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.msrnn.api.InvalidOptionException;

class NeedleMapTest {
  private static final GivenNeedle BELL =
      new GivenNeedle(
          "The bell of Harrow was cast in the year of the great frost.",
          "When was the bell of Harrow cast?",
          List.of("great frost"));

  private static List<RetrievalItem> items(
      List<Integer> lengths, int depths, @Nullable GivenNeedle n) {
    return Words.generator(7).items(new NeedleMap(lengths, depths, 2, n));
  }

  private static double depth(RetrievalItem item, String start, String end) {
    int begin = item.input().indexOf(start);
    int last = item.input().lastIndexOf(end);
    int at = item.input().indexOf(item.answers().getFirst());
    assertThat(at).isPositive();
    return (at - begin) / (double) (last - begin);
  }

  @Test
  void everyLengthHasEveryDepth() {
    List<RetrievalItem> items = items(List.of(700, 1501), 5, null);

    assertThat(items).hasSize(2 * 5 * 2);
    assertThat(items.stream().map(RetrievalItem::id)).doesNotHaveDuplicates();
    assertThat(items.stream().map(RetrievalItem::id))
        .startsWith("needle_map/700/0.0%/0", "needle_map/700/0.0%/1", "needle_map/700/25.0%/0")
        .endsWith("needle_map/1501/100.0%/1");
    assertThat(items.stream().map(RetrievalItem::depth).distinct())
        .containsExactly(0.0, 0.25, 0.5, 0.75, 1.0);
    for (RetrievalItem item : items) {
      assertThat(item.kind()).isEqualTo("needle_map");
      assertThat(Words.count(item.prompt()) + 128).isBetween(item.length() - 110, item.length());
    }
  }

  @Test
  void theNeedleStandsAtItsDepth() {
    // half of a long sentence, and the needle itself, which counts as text here
    for (RetrievalItem item : items(List.of(3001), 11, null)) {
      assertThat(depth(item, "\n", "\n")).as(item.id()).isCloseTo(item.depth(), within(0.025));
    }
    for (RetrievalItem item : items(List.of(3001), 11, BELL)) {
      assertThat(depth(item, "<book>", "</book>"))
          .as(item.id())
          .isCloseTo(item.depth(), within(0.025));
    }
  }

  @Test
  void theFirstAndTheLastDepthAreTheEndsOfTheStory() {
    List<RetrievalItem> items = items(List.of(900), 2, BELL);

    assertThat(items.getFirst().input())
        .startsWith("This is a very long story book: <book> " + BELL.sentence() + " ");
    assertThat(items.getLast().prompt())
        .endsWith(
            " " + BELL.sentence() + " </book>.\n\nWhen was the bell of Harrow cast?\nAnswer:");
    assertThat(items.getFirst().newTokens()).isEqualTo(64);
  }

  @Test
  void nothingButTheDepthDiffers() {
    List<String> stories =
        items(List.of(900), 7, BELL).stream()
            .filter(item -> item.id().endsWith("/0"))
            .map(
                item ->
                    item.input()
                        .replace(BELL.sentence() + " ", "")
                        .replace(" " + BELL.sentence(), ""))
            .distinct()
            .toList();

    assertThat(stories).hasSize(1);
  }

  @Test
  void oneDepthIsTheMiddleAndNoneIsRefused() {
    assertThat(items(List.of(700), 1, null)).extracting(RetrievalItem::depth).containsOnly(0.5);
    assertThatThrownBy(() -> new NeedleMap(List.of(700), 0, 1, null))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessage("needle-depths is 0, allowed is 1 to 1001");
  }
}

package org.msrnn.core.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.msrnn.api.InvalidOptionException;

class StopStringsTest {
  @Test
  void aTextIsCutBeforeTheFirstStopWhereverThePiecesAreCut() {
    long seed = 77;
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      String text = letters(random, random.nextInt(25));
      List<String> stops = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        stops.add(letters(random, 1 + random.nextInt(5)));
      }
      String expected = search(text, stops);
      StopStrings stop = new StopStrings(stops);
      StringBuilder shown = new StringBuilder();
      for (int at = 0; at < text.length(); ) {
        int to = Math.min(text.length(), at + random.nextInt(6));
        shown.append(stop.next(text.substring(at, to)));
        assertThat(expected)
            .as("seed %d, round %d, '%s' %s: too early", seed, round, text, stops)
            .startsWith(shown.toString());
        at = to;
      }
      boolean stopped = stop.stopped();
      shown.append(stop.end());
      assertThat(shown.toString())
          .as("seed %d, round %d, '%s' %s", seed, round, text, stops)
          .isEqualTo(expected);
      assertThat(stopped).isEqualTo(!expected.equals(text));
    }
  }

  private static String letters(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(3)));
    }
    return text.toString();
  }

  private static String search(String text, List<String> stops) {
    int end = Integer.MAX_VALUE;
    int start = text.length();
    for (String stop : stops) {
      int found = text.indexOf(stop);
      int foundEnd = found + stop.length();
      if (found >= 0 && (foundEnd < end || foundEnd == end && found < start)) {
        end = foundEnd;
        start = found;
      }
    }
    return text.substring(0, start);
  }

  @Test
  void onlyWhatMayBecomeAStopIsHeldBack() {
    StopStrings stop = new StopStrings(List.of("</s>", "###"));

    assertThat(stop.next("one <")).isEqualTo("one ");
    assertThat(stop.next("b")).isEqualTo("<b");
    assertThat(stop.next("##")).isEmpty();
    assertThat(stop.next("# four")).isEmpty();
    assertThat(stop.stopped()).isTrue();
    assertThat(stop.next("five")).isEmpty();
    assertThat(stop.end()).isEmpty();
  }

  @Test
  void anEmptyStopIsRefused() {
    assertThatThrownBy(() -> new StopStrings(List.of("a", "")))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("stop is ''");
  }
}

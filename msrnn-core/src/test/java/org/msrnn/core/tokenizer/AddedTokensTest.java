package org.msrnn.core.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AddedTokensTest {
  private static List<String> split(Map<String, Integer> ids, String text) {
    var parts = new ArrayList<String>();
    new AddedTokens(
            ids.entrySet().stream().map(e -> AddedToken.of(e.getValue(), e.getKey())).toList())
        .split(
            text,
            new AddedTokens.Parts() {
              @Override
              public void text(int from, int to) {
                parts.add(text.substring(from, to));
              }

              @Override
              public void token(int id) {
                parts.add("#" + id);
              }
            });
    return parts;
  }

  /** The definition: at each place try all tokens, the longest wins. */
  private static List<String> slowly(Map<String, Integer> ids, String text) {
    var parts = new ArrayList<String>();
    int from = 0;
    for (int at = 0; at < text.length(); ) {
      String best = "";
      for (String token : ids.keySet()) {
        if (text.startsWith(token, at) && token.length() > best.length()) {
          best = token;
        }
      }
      if (best.isEmpty()) {
        at++;
        continue;
      }
      if (at > from) {
        parts.add(text.substring(from, at));
      }
      parts.add("#" + ids.get(best));
      at += best.length();
      from = at;
    }
    if (from < text.length()) {
      parts.add(text.substring(from));
    }
    return parts;
  }

  @Test
  void theLongestOfTheLeftmostIsFound() {
    long seed = Long.getLong("msrnn.seed", new Random().nextLong());
    for (int i = 0; i < 5_000; i++) {
      var random = new Random(seed + i);
      var ids = new HashMap<String, Integer>();
      for (int n = random.nextInt(8); n >= 0; n--) {
        ids.put(word(random, 5), n);
      }
      String text = word(random, 30);
      assertThat(split(ids, text)).as("-Dmsrnn.seed=%d", seed + i).isEqualTo(slowly(ids, text));
    }
  }

  private static List<String> split(AddedToken token, String text) {
    var parts = new ArrayList<String>();
    new AddedTokens(List.of(token))
        .split(
            text,
            new AddedTokens.Parts() {
              @Override
              public void text(int from, int to) {
                parts.add(text.substring(from, to));
              }

              @Override
              public void token(int id) {
                parts.add("#" + id);
              }
            });
    return parts;
  }

  @Test
  void aSingleWordIsNotFoundInsideAWord() {
    var token = new AddedToken(7, "ab", true, false, false, false);
    assertThat(split(token, "ab")).containsExactly("#7");
    assertThat(split(token, "ab ab.ab")).containsExactly("#7", " ", "#7", ".", "#7");
    assertThat(split(token, "cab ab1 \u00e9ab ab_")).containsExactly("cab ab1 \u00e9ab ab_");
    assertThat(split(token, "\ud83d\ude00ab\u4f60")).containsExactly("\ud83d\ude00ab\u4f60");
    assertThat(split(token, "\ud83d\ude00ab")).containsExactly("\ud83d\ude00", "#7");
  }

  @Test
  void spacesBesideATokenBelongToItWhereItTakesThem() {
    var before = new AddedToken(7, "<a>", false, true, false, false);
    assertThat(split(before, "x \n<a> y")).containsExactly("x", "#7", " y");
    assertThat(split(before, " <a> <a>")).containsExactly("#7", "#7");
    var after = new AddedToken(7, "<a>", false, false, true, false);
    assertThat(split(after, "x <a> \u3000y<a>")).containsExactly("x ", "#7", "y", "#7");
  }

  private static String word(Random random, int most) {
    var word = new StringBuilder();
    for (int n = random.nextInt(most); n >= 0; n--) {
      word.append((char) ('a' + random.nextInt(3)));
    }
    return word.toString();
  }
}

package org.msrnn.core.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UserTokensTest {
  private static List<String> split(Map<String, Integer> ids, String text) {
    var parts = new ArrayList<String>();
    new UserTokens(ids)
        .split(
            text,
            new UserTokens.Parts() {
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

  private static String word(Random random, int most) {
    var word = new StringBuilder();
    for (int n = random.nextInt(most); n >= 0; n--) {
      word.append((char) ('a' + random.nextInt(3)));
    }
    return word.toString();
  }
}

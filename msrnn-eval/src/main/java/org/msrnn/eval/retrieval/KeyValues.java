package org.msrnn.eval.retrieval;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * InfiniteBench's {@code kv_retrieval} (Zhang et al., arXiv 2402.13718): a JSON object of UUIDs,
 * and the key of one of them.
 */
final class KeyValues implements Recipe {
  @Override
  public Sized make(Draw draw) {
    Pair asked = Pair.draw(draw.random());
    long seed = draw.random().nextLong();
    double depth = draw.anyDepth();
    return new Sized() {
      @Override
      public int least() {
        return 1;
      }

      @Override
      public Question at(int others) {
        List<String> pairs = new ArrayList<>(others + 1);
        for (int i = 0; i < others; i++) {
          pairs.add(Pair.draw(new Random(Draw.mix(seed + i))).json());
        }
        pairs.add((int) Math.round(depth * others), asked.json());
        String input =
            "Extract the value corresponding to the specified key in the JSON object below.\n\n"
                + "JSON data:\n{"
                + String.join(", ", pairs)
                + "}\n\nKey: \""
                + asked.key()
                + "\"";
        return new Question(
            input,
            "\nThe value associated with the specified key is: ",
            List.of(asked.value()),
            depth);
      }
    };
  }

  private record Pair(String key, String value) {
    static Pair draw(Random random) {
      return new Pair(Needles.uuid(random), Needles.uuid(random));
    }

    String json() {
      return '"' + key + "\": \"" + value + '"';
    }
  }
}

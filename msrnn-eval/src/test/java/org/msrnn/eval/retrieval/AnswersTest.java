package org.msrnn.eval.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers are worked out again from the prompt alone. */
class AnswersTest {

  /** Runs the assignments line by line; names in the order in which they get the value. */
  private static List<String> interpreted(String text, String value) {
    Map<String, String> variables = new HashMap<>();
    List<String> having = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      if (line.startsWith("VAR ")) {
        String[] sides = line.strip().substring(4).split(" = ", -1);
        String right = sides[1];
        String got =
            right.startsWith("VAR ")
                ? variables.getOrDefault(right.substring(4), "undefined")
                : right;
        assertThat(variables.put(sides[0], got)).as("assigned once").isNull();
        if (got.equals(value)) {
          having.add(sides[0]);
        }
      }
    }
    return having;
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 997, 4096})
  void variablesHaveTheValueThatAnInterpreterGivesThem(int length) {
    for (RetrievalItem item :
        Words.generator(8).items(List.of(RetrievalKind.VT), List.of(length), 10)) {
      String[] parts = item.input().split("(?=Memorize and track)", -1);
      assertThat(parts).hasSize(2);
      for (String part : parts) {
        String value = part.replaceAll("(?s).*assigned the value (\\d+).*", "$1");
        List<String> names = interpreted(part, value);
        assertThat(Integer.parseInt(value)).isBetween(10_000, 99_998);
        assertThat(names).hasSize(5).doesNotHaveDuplicates();
        if (part.equals(parts[1])) {
          assertThat(item.answers()).isEqualTo(names).allMatch(name -> name.matches("[A-Z]{5}"));
        } else {
          assertThat(part).contains("they are:  " + String.join(" ", names) + "\n\n");
        }
      }
    }
  }

  @Test
  void assignmentsBetweenVariablesEndInASpaceAsRulersDo() {
    String input = Words.generator(8).item(RetrievalKind.VT, 997, 0).input();

    assertThat(input.lines().filter(line -> line.startsWith("VAR ")))
        .hasSize(10)
        .allMatch(line -> line.matches("VAR [A-Z]+ = (\\d{5}|VAR [A-Z]+ )"));
  }

  private static Map<String, Long> counts(String numbered) {
    return Pattern.compile("\\d+\\. (\\S+)")
        .matcher(numbered)
        .results()
        .map((MatchResult m) -> m.group(1))
        .collect(Collectors.groupingBy(word -> word, Collectors.counting()));
  }

  private static void commonAre(List<String> words, String list, long often, long seldom) {
    Map<String, Long> counts = counts(list);
    assertThat(words).hasSize(10).doesNotHaveDuplicates();
    counts.forEach(
        (word, count) ->
            assertThat(count).as(word).isEqualTo(words.contains(word) ? often : seldom));
    assertThat(counts.keySet()).containsAll(words).hasSizeGreaterThan(10);
  }

  @ParameterizedTest
  @ValueSource(ints = {700, 4095, 4096, 30_000})
  void commonWordsStandAsOftenAsRulersDo(int length) {
    boolean isShort = length < 4096;
    RetrievalItem item = Words.generator(8).item(RetrievalKind.CWE, length, 1);
    String[] parts = item.input().split("(?=Below is a numbered)", -1);
    String question = "\nQuestion: What are the 10";

    commonAre(
        item.answers(),
        parts[1].substring(0, parts[1].indexOf(question)),
        isShort ? 6 : 30,
        isShort ? 1 : 3);
    String shown = parts[0].substring(parts[0].indexOf("list are:"));
    commonAre(
        List.copyOf(counts(shown).keySet()),
        parts[0].substring(0, parts[0].indexOf(question)),
        isShort ? 3 : 10,
        isShort ? 1 : 3);
    assertThat(Words.count(item.prompt()) + 120).isBetween(length - 8, length);
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 997, 4096, 30_000})
  void frequentWordsAreTheThreeThatStandMostOften(int length) {
    RetrievalItem item = Words.generator(8).item(RetrievalKind.FWE, length, 2);
    String text =
        item.input().replaceAll("(?s).*frequently appeared coded words\\. (.*)\nQuestion.*", "$1");
    Map<String, Long> counts =
        Arrays.stream(text.split(" ", -1))
            .collect(Collectors.groupingBy(word -> word, Collectors.counting()));
    List<String> ranked =
        counts.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .map(Map.Entry::getKey)
            .toList();

    assertThat(ranked.getFirst()).isEqualTo("...");
    assertThat(item.answers()).containsExactlyInAnyOrderElementsOf(ranked.subList(1, 4));
    if (ranked.size() > 4) {
      assertThat(counts.get(ranked.get(3))).isGreaterThan(counts.get(ranked.get(4)));
    }
    // floor(n / (r^2 zeta(2))): a quarter and a ninth of what rank 1 has
    long first = counts.getOrDefault("...", 0L);
    assertThat(counts.get(item.answers().get(0))).isBetween(first / 4, first / 4 + 1);
    assertThat(counts.get(item.answers().get(1))).isBetween(first / 9, first / 9 + 1);
  }

  @Test
  void thereAreWordsForLongLists() {
    Material material = Material.bundled(List.of());

    assertThat(material.words())
        .hasSizeGreaterThan(1500)
        .doesNotHaveDuplicates()
        .allMatch(word -> word.matches("[a-z]{3,}"));
    assertThat(material.adjectives()).doesNotHaveDuplicates();
    assertThat(material.nouns())
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(material.adjectives());
  }
}

package org.msrnn.eval.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.msrnn.eval.io.Json;

/** The sentences are RULER's and InfiniteBench's to the letter. */
class TemplatesTest {
  private static RetrievalItem item(RetrievalKind kind) {
    return Words.generator(3).item(kind, 1200, 0);
  }

  private static String find(String regex, String text) {
    Matcher matcher = Pattern.compile(regex).matcher(text);
    assertThat(matcher.find()).as(regex).isTrue();
    return matcher.group(1);
  }

  /** A prompt that is a template and nothing else but its context. */
  private static String context(RetrievalItem item, String before, String after, String prefix) {
    assertThat(item.answerPrefix()).isEqualTo(prefix);
    assertThat(item.prompt()).isEqualTo(item.input() + prefix);
    assertThat(item.input()).startsWith(before).endsWith(after);
    return item.input().substring(before.length(), item.input().length() - after.length());
  }

  @Test
  void oneNeedleInNoiseIsTheRenderedExample() {
    RetrievalItem item = item(RetrievalKind.NIAH_SINGLE_1);
    String key = find("numbers for ([a-z]+-[a-z]+) is: ", item.input());
    String value = item.answers().getFirst();

    String prompt = item.prompt().replace(key, "tense-lemon").replace(value, "7391846");

    String noise =
        "The grass is green. The sky is blue. The sun is yellow. Here we go. There and back"
            + " again.\n";
    int lines = prompt.split("The grass is green", -1).length - 1;
    int above = prompt.substring(0, prompt.indexOf("One of")).split("The grass is", -1).length - 1;
    assertThat(prompt)
        .isEqualTo(
            "A special magic number is hidden within the following text. Make sure to memorize it."
                + " I will quiz you about the number afterwards.\n"
                + noise.repeat(above)
                + "One of the special magic numbers for tense-lemon is: 7391846.\n"
                + noise.repeat(lines - above)
                + "What is the special magic number for tense-lemon mentioned in the provided"
                + " text? The special magic number for tense-lemon mentioned in the provided text"
                + " is");
    assertThat(lines).isGreaterThan(40);
  }

  @Test
  void oneUuidInProse() {
    RetrievalItem item = item(RetrievalKind.NIAH_SINGLE_3);
    String key = find("uuids for ([a-z]+-[a-z]+) is: ", item.input());

    String context =
        context(
            item,
            "A special magic uuid is hidden within the following text. Make sure to memorize it. I"
                + " will quiz you about the uuid afterwards.\n",
            "\nWhat is the special magic uuid for " + key + " mentioned in the provided text?",
            " The special magic uuid for " + key + " mentioned in the provided text is");

    assertThat(context)
        .doesNotContain("\n")
        .contains(
            " One of the special magic uuids for "
                + key
                + " is: "
                + item.answers().getFirst()
                + ". ");
  }

  @Test
  void fourValuesOfOneKey() {
    RetrievalItem item = item(RetrievalKind.NIAH_MULTIVALUE);
    String key = find("numbers for ([a-z]+-[a-z]+) is: ", item.input());

    context(
        item,
        "Some special magic numbers are hidden within the following text. Make sure to memorize it."
            + " I will quiz you about the numbers afterwards.\n",
        "\nWhat are all the special magic numbers for " + key + " mentioned in the provided text?",
        " The special magic numbers for " + key + " mentioned in the provided text are");
  }

  @Test
  void fourKeysAreListedWithACommaBeforeAnd() {
    RetrievalItem item = item(RetrievalKind.NIAH_MULTIQUERY);
    List<String> keys = new ArrayList<>();
    for (String answer : item.answers()) {
      keys.add(find("numbers for ([a-z]+-[a-z]+) is: " + answer, item.input()));
    }
    String query = keys.get(0) + ", " + keys.get(1) + ", " + keys.get(2) + ", and " + keys.get(3);

    context(
        item,
        "Some special magic numbers are hidden within the following text. Make sure to memorize it."
            + " I will quiz you about the numbers afterwards.\n",
        "\nWhat are all the special magic numbers for "
            + query
            + " mentioned in the provided text?",
        " The special magic numbers for " + query + " mentioned in the provided text are");
  }

  @Test
  void variableTrackingShowsASolvedExampleFirst() {
    RetrievalItem item = item(RetrievalKind.VT);
    String before =
        "Memorize and track the chain(s) of variable assignment hidden in the following text.\n\n";
    String value = find("assigned the value (\\d{5}) in the text above\\.$", item.input());
    String shown = find("assigned the value (\\d{5}) in the text above\\.", item.input());

    String context =
        context(
            item,
            before,
            "\nQuestion: Find all variables that are assigned the value "
                + value
                + " in the text above.",
            " Answer: According to the chain(s) of variable assignment in the text above, 5"
                + " variables are assigned the value "
                + value
                + ", they are: ");

    String solved =
        "\nQuestion: Find all variables that are assigned the value "
            + shown
            + " in the text above. Answer: According to the chain(s) of variable assignment in the"
            + " text above, 5 variables are assigned the value "
            + shown
            + ", they are:  ";
    String[] halves = context.split(Pattern.quote(solved), -1);
    assertThat(halves).hasSize(2);
    assertThat(halves[1])
        .containsPattern(
            "^[A-Z]{3} [A-Z]{3} [A-Z]{3} [A-Z]{3} [A-Z]{3}\n\n" + Pattern.quote(before));
  }

  @Test
  void commonWordsShowASolvedExampleFirst() {
    RetrievalItem item = item(RetrievalKind.CWE);
    String before =
        "Below is a numbered list of words. In these words, some appear more often than others."
            + " Memorize the ones that appear most often.\n";
    String after = "\nQuestion: What are the 10 most common words in the above list?";
    String prefix = " Answer: The top 10 words that appear most often in the list are:";

    String[] halves = context(item, before, after, prefix).split(Pattern.quote(after + prefix), -1);

    assertThat(halves).hasSize(2);
    assertThat(halves[0].split(" (?=\\d)", -1))
        .hasSize(40)
        .allMatch(w -> w.matches("\\d+\\. [a-z]+"));
    assertThat(halves[1]).matches("( \\d+\\. [a-z]+){10}\n" + Pattern.quote(before) + "1\\. .*");
  }

  @Test
  void frequentWords() {
    String context =
        context(
            item(RetrievalKind.FWE),
            "Read the following coded text and track the frequency of each coded word. Find the"
                + " three most frequently appeared coded words. ",
            "\n"
                + "Question: Do not provide any explanation. Please ignore the dots '....'. What"
                + " are the three most frequently appeared words in the above coded text?",
            " Answer: According to the coded text above, the three most frequently appeared words"
                + " are:");

    assertThat(context.split(" ", -1))
        .allMatch(word -> word.matches("\\.\\.\\.|[a-z]{6}"))
        .hasSizeGreaterThan(500);
  }

  @Test
  void documentsAreNumbered() {
    RetrievalItem item = item(RetrievalKind.QA_1);
    String told =
        "Answer the question based on the given documents. Only give me the answer and do not"
            + " output any other words.\n\n";

    String context =
        context(
            item,
            told + "The following are given documents.\n\n",
            "\n\n" + told + "Question: Who keeps house 0?",
            " Answer:");

    String[] documents = context.split("(^|\n\n)Document \\d+:\n", -1);
    assertThat(documents).hasSize(1 + 60).doesNotHaveDuplicates();
    assertThat(context).startsWith("Document 1:\n").contains("\n\nDocument 60:\n");
    assertThat(documents).contains("House 0 is kept by Keeper0 and by nobody else.");
    assertThat(item.match()).isEqualTo(Match.ANY);
    assertThat(item.score(" It is keeper0.")).isEqualTo(1);
  }

  @Test
  void passKey() {
    RetrievalItem item = item(RetrievalKind.PASSKEY);
    String key = item.answers().getFirst();

    String context =
        context(
            item,
            "There is an important info hidden inside a lot of irrelevant text. Find it and"
                + " memorize them. I will quiz you about the important information there.\n\n",
            "\n\nWhat is the pass key?",
            "\n\nThe pass key is");

    assertThat(key).matches("[1-9]\\d{4}");
    String hidden = "The pass key is " + key + ". Remember it. " + key + " is the pass key.";
    List<String> noise =
        List.of(
            context.replace(hidden + " ", "").replace(" " + hidden, "").split("(?<=again\\.) "));
    assertThat(noise).isEqualTo(Collections.nCopies(noise.size(), Material.NOISE));
    assertThat(context.split(Pattern.quote(hidden), -1)).hasSize(2);
  }

  @Test
  void keysAndValuesAreJson() {
    RetrievalItem item = item(RetrievalKind.KV_RETRIEVAL);
    String key = find("Key: \"([0-9a-f-]{36})\"$", item.input());

    String context =
        context(
            item,
            "Extract the value corresponding to the specified key in the JSON object below.\n\nJSON"
                + " data:\n",
            "\n\nKey: \"" + key + "\"",
            "\nThe value associated with the specified key is: ");

    Map<?, ?> object = Json.read(context, Map.class);
    assertThat(object.get(key)).isEqualTo(item.answers().getFirst());
    assertThat(object.size()).isGreaterThan(400);
  }
}

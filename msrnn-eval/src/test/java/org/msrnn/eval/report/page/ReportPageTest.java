package org.msrnn.eval.report.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.eval.report.Summary;

/** The page in a real page(). Its pictures are kept for people to look at. */
class ReportPageTest {
  private static final Path SHOTS = Path.of("target", "report-screenshots");
  private static final int TOKENS = 340;
  private static final int LAYERS = 4;
  private static final List<KeptDocument> KEPT = SampleJournal.documents(TOKENS, LAYERS, 6);

  @TempDir static Path folder;
  private static @Nullable Chromium browser;

  @BeforeAll
  static void open() throws Exception {
    boolean there = Chromium.installed().isPresent();
    assertThat(there || System.getenv("CI") == null)
        .as("Chromium, which .ci/run installs")
        .isTrue();
    assumeTrue(there, "the report's page is not tested: there is no Chromium; install chromium");
    Path file = folder.resolve("report.html");
    Files.writeString(file, HtmlPage.of(new Summary(SampleJournal.cells()), KEPT));
    browser = Chromium.open(file);
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void onAWideScreenByDay() throws Exception {
    page().size(1360, 900);
    page().media("screen", "light");
  }

  private static Chromium page() {
    return Objects.requireNonNull(browser);
  }

  private static long number(String expression) throws Exception {
    return ((Number) Objects.requireNonNull(page().ask(expression))).longValue();
  }

  private static String text(String expression) throws Exception {
    return (String) Objects.requireNonNull(page().ask(expression));
  }

  @SuppressWarnings("unchecked")
  private static List<String> texts(String selector) throws Exception {
    String all = "[...document.querySelectorAll(`" + selector + "`)].map((e) => e.textContent)";
    return (List<String>) Objects.requireNonNull(page().ask(all));
  }

  /** Colours of whole page and of one curve. */
  private static List<String> colours() throws Exception {
    return List.of(
        text("getComputedStyle(document.body).backgroundColor"),
        text("getComputedStyle(document.body).color"),
        text("document.querySelector('#perplexity .chart svg').outerHTML"));
  }

  @Test
  void nothingIsComplainedOfAndNothingIsAskedFor() throws Exception {
    assertThat(page().complaints()).isEmpty();
    assertThat(page().requests()).singleElement().asString().startsWith("file:");
  }

  @Test
  void everyPictureIsDrawn() throws Exception {
    assertThat(texts("h2"))
        .contains(
            "Perplexity",
            "Extrapolation",
            "Retrieval, RULER format",
            "Needle map",
            "Efficiency",
            "What is kept",
            "Life by part of speech",
            "Reader's view",
            "Every cell",
            "Failed cells",
            "Settings");
    assertThat(number("document.querySelectorAll('.chart').length")).isEqualTo(5);
    assertThat(number("document.querySelectorAll('.chart > div > svg').length")).isEqualTo(5);
    assertThat(number("document.querySelectorAll('canvas.map').length")).isEqualTo(3);
    assertThat(number("document.querySelectorAll('table.heat').length")).isEqualTo(2);
    assertThat(number("document.querySelectorAll('.text span').length")).isEqualTo(TOKENS);
    // A map of the window: the state of the first token is held to the end, the next ones are not.
    assertThat(texts("#kept figcaption")).contains("window+4, k = 85");
  }

  @Test
  void contentsLeadToEverySection() throws Exception {
    assertThat(number("document.querySelectorAll('.contents a').length"))
        .isEqualTo(number("document.querySelectorAll('section').length"))
        .isEqualTo(
            number(
                "[...document.querySelectorAll('.contents a')]"
                    + ".filter((a) => document.getElementById(a.hash.slice(1))).length"));
  }

  @Test
  void closeUpSaysWhatItLeavesOutAndLegendTakesCurvesAway() throws Exception {
    assertThat(text("document.querySelector('#perplexity .above').textContent"))
        .isEqualTo("Above the picture, at least in part: window.");
    String all = text("document.querySelector('#perplexity .chart svg').outerHTML");
    String press =
        "[...document.querySelectorAll('#perplexity .legend button')].find((b) => b.textContent ==="
            + " 'window')";
    page().ask(press + ".click()");
    assertThat(text(press + ".getAttribute('aria-pressed')")).isEqualTo("false");
    assertThat(text("document.querySelector('#perplexity .above').textContent")).isEmpty();
    page().ask(press + ".click()");
    assertThat(text("document.querySelector('#perplexity .chart svg').outerHTML"))
        .hasSameSizeAs(all);
  }

  @Test
  void bestPolicyIsMarkedAndReferencesAreNot() throws Exception {
    assertThat(texts("#perplexity .plain .best"))
        .containsExactly("9.530", "8.320", "7.710", "7.410");
  }

  @Test
  void pressingAHeadingSortsUpThenDownAndNumbersAsNumbers() throws Exception {
    String column = "#cells tbody td:nth-child(4)";
    List<String> before = texts(column);
    String head = "[...document.querySelectorAll('#cells thead th')][3]";
    assertThat(text(head + ".textContent")).isEqualTo("state size k");
    page().ask(head + ".querySelector('button').click()");
    List<Integer> up = sizes(texts(column));
    assertThat(text(head + ".getAttribute('aria-sort')")).isEqualTo("ascending");
    assertThat(up).isSorted().isEqualTo(sizes(before).stream().sorted().toList());
    page().ask(head + ".querySelector('button').click()");
    assertThat(text(head + ".getAttribute('aria-sort')")).isEqualTo("descending");
    assertThat(sizes(texts(column))).isSortedAccordingTo(Comparator.reverseOrder());
  }

  private static List<Integer> sizes(List<String> texts) {
    List<Integer> sizes = new ArrayList<>();
    texts.forEach(t -> sizes.add(t.equals("unbounded") ? Integer.MAX_VALUE : Integer.valueOf(t)));
    return sizes;
  }

  @Test
  void filterLeavesTheCellsThatHaveAllWords() throws Exception {
    enter("filter", "PERPLEXITY window+1 <b>");
    String shown = "[...document.querySelectorAll('#cells tbody tr')].filter((r) => !r.hidden)";
    assertThat(number(shown + ".length")).isEqualTo(SampleJournal.STATES.size());
    assertThat(text("document.querySelector('#cells output').textContent")).startsWith("4 of ");
    enter("filter", "");
    assertThat(number(shown + ".length")).isEqualTo(SampleJournal.cells().size());
  }

  private static void moment(int tokens) throws Exception {
    enter("moment", Integer.toString(tokens));
  }

  /** Puts a value into a field, as its user would. */
  private static void enter(String id, String value) throws Exception {
    page()
        .ask(
            "(() => { const f = document.getElementById('%s'); f.value = '%s'; f.dispatchEvent(new Event('input')); })()"
                .formatted(id, value));
  }

  /** Against the lives themselves, at several moments: 0 for left, 1 to 8 by layers, u unread. */
  @Test
  void sliderShadesEachTokenByTheLayersThatHoldIt() throws Exception {
    KeptDocument.Kept first = KEPT.getFirst().setups().getFirst();
    for (int moment : new int[] {0, 1, 57, 200, TOKENS}) {
      moment(moment);
      List<String> expected = new ArrayList<>();
      for (int p = 0; p < TOKENS; p++) {
        int at = p;
        long holding = first.sets().stream().filter(s -> s.until()[at] >= moment).count();
        expected.add(p >= moment ? "u" : "l" + 8 * holding / LAYERS);
      }
      assertThat(page().ask("[...document.querySelectorAll('.text span')].map((s) => s.className)"))
          .as("moment %d", moment)
          .isEqualTo(expected);
    }
  }

  @Test
  void arrowKeysMoveTheSliderAndGoFromTokenToToken() throws Exception {
    moment(100);
    page().ask("document.getElementById('moment').focus()");
    page().press("ArrowRight", 39);
    assertThat(text("document.getElementById('moment').getAttribute('aria-valuetext')"))
        .startsWith("101 of 340 tokens read");
    assertThat(number("document.querySelectorAll('.text span[tabindex=\"0\"]').length"))
        .isEqualTo(1);
    page().ask("document.querySelector('.text span[tabindex=\"0\"]').focus()");
    page().press("Home", 36);
    page().press("ArrowRight", 39);
    page().press("ArrowRight", 39);
    assertThat(text("document.activeElement.textContent")).isEqualTo(" lamp");
    KeptDocument.Kept first = KEPT.getFirst().setups().getFirst();
    assertThat(text("document.querySelector('.about').textContent"))
        .contains("NN, noun; position 2;");
    assertThat(texts(".about tbody td.n"))
        .isEqualTo(first.sets().stream().map(s -> Integer.toString(s.life(2))).toList());
  }

  @Test
  void darkColoursFollowTheSystemAndTheButton() throws Exception {
    List<String> day = colours();
    page().media("screen", "dark");
    List<String> night = colours();
    assertThat(night).doesNotContainAnyElementsOf(day);
    page().ask("document.querySelector('.theme').click()");
    assertThat(colours()).isEqualTo(day);
    page().ask("document.querySelector('.theme').click()");
    assertThat(colours()).isEqualTo(night);
    page().ask("delete document.documentElement.dataset.theme");
  }

  @Test
  void paperHasNoControls() throws Exception {
    String shown =
        "[...document.querySelectorAll('select, input, .theme, .tabs, .play, .contents')]"
            + ".filter((e) => e.offsetParent !== null).length";
    assertThat(number(shown)).isGreaterThan(8);
    page().media("print", "dark");
    assertThat(number(shown)).isZero();
    assertThat(text("getComputedStyle(document.body).backgroundColor"))
        .isEqualTo("rgb(255, 255, 255)");
    page().print(SHOTS.resolve("print.pdf"));
    assertThat(Files.size(SHOTS.resolve("print.pdf"))).isPositive();
    assertThat(number("document.querySelectorAll('details[open]').length")).isZero();
  }

  @Test
  void narrowScreenIsNotScrolledSideways() throws Exception {
    page().size(400, 800);
    assertThat(number("document.documentElement.scrollWidth")).isEqualTo(400);
  }

  @Test
  void picturesForPeople() throws Exception {
    page().photograph(SHOTS.resolve("light.png"));
    page().media("screen", "dark");
    page().photograph(SHOTS.resolve("dark.png"));
    page().media("print", "light");
    page().size(760, 1000);
    page().photograph(SHOTS.resolve("print.png"));
    page().media("screen", "light");
    page().size(400, 800);
    page().photograph(SHOTS.resolve("narrow.png"));
    for (String name : List.of("light", "dark", "print", "narrow")) {
      assertThat(Files.size(SHOTS.resolve(name + ".png"))).as(name).isGreaterThan(50_000);
    }
  }

  /** Without scripts, and whatever names and texts hold. */
  @Test
  void markupInNamesStaysText() {
    String page = HtmlPage.of(new Summary(SampleJournal.cells()), KEPT);
    String ours = page.replaceAll("(?s)<script.*?</script>", "");
    assertThat(ours)
        .doesNotContain("<b>book")
        .contains("&lt;b&gt;book&lt;/b&gt; &amp; &quot;one&quot;.txt")
        .contains("attention is &lt;NaN&gt;")
        .doesNotContain("src=")
        .doesNotContain("http:")
        .doesNotContain("https:");
    assertThat(page.split("</script", -1)).as("no script ends early").hasSize(1 + 3);
  }
}

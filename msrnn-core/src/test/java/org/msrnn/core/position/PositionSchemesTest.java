package org.msrnn.core.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.backend.Rope;
import org.msrnn.api.policy.PositionScheme;
import org.msrnn.core.plugin.Catalog;

/** Where kept states stand under each scheme, against numbers worked out elsewhere. */
class PositionSchemesTest {
  private static final Catalog CATALOG = Catalog.discover(List.of());
  private static final double SIX_DIGITS = 6e-7;

  private static final List<String> GAPS =
      List.of("lnln", "ln", "sqrt", "cbrt", "fourth-root", "fifth", "tenth");

  static final List<String> SCHEMES =
      Arrays.stream(new String[] {"", ",ceil"})
          .flatMap(
              end ->
                  GAPS.stream()
                      .flatMap(
                          gap ->
                              Arrays.stream(new String[] {"shrunk", "offset", "excess"})
                                  .map(form -> "compressed:gap=" + gap + ",form=" + form + end)))
          .toList();

  private static double[] map(String scheme, long... positions) {
    double[] into = new double[positions.length];
    CATALOG.positions(scheme).map(positions, positions.length, into);
    return into;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          compressed                                | 0 1 5 6.169032 7.615597 8.615597 10.742534 11.742534
          compressed:gap=lnln,form=shrunk           | 0 1 5 6.169032 7.615597 8.615597 10.742534 11.742534
          compressed:gap=sqrt,form=excess,ceil      | 0 1 5 19 37 38 115 116
          compressed:form=offset                    | 0 1 5 16.169032 27.615597 28.615597 40.742534 41.742534
          in-cache                                  | 0 1 2 3 4 5 6 7
          original                                  | 0 1 5 30 100 101 4500 4501
          compressed:from=4502                      | 0 1 5 6.169032 7.615597 8.615597 10.742534 11.742534
          compressed:from=4503                      | 0 1 5 30 100 101 4500 4501
          """)
  void theGapsOfTheReferenceShrinkAsItSays(String scheme, String expected) {
    double[] numbers =
        Arrays.stream(expected.split(" ")).mapToDouble(Double::parseDouble).toArray();

    assertThat(map(scheme, 0, 1, 5, 30, 100, 101, 4500, 4501))
        .containsExactly(numbers, within(SIX_DIGITS));
  }

  @ParameterizedTest
  @CsvSource({
    // a gap of 26 by hand: ln 26, and what is above 10, 16, by each f
    "compressed:gap=ln, 3.258097",
    "compressed:gap=sqrt, 5.099020",
    "compressed:gap=tenth, 2.6",
    "compressed:gap=fifth, 5.2",
    "'compressed:gap=sqrt,form=excess', 14",
    "'compressed:gap=cbrt,form=excess', 12.519842",
    "'compressed:gap=cbrt,form=excess,ceil', 13",
    "'compressed:gap=fourth-root,form=excess', 12",
    "'compressed:gap=fifth,form=excess', 13.2",
    "'compressed:gap=tenth,form=offset', 12.6",
    "'compressed:gap=lnln,form=excess', 11.074832", // 10 + ln ln (16 + e)
    "'compressed:gap=ln,form=excess', 12.772589",
    "'compressed:gap=sqrt,threshold=25', 5.099020",
    "'compressed:gap=sqrt,threshold=26', 26",
    "'compressed:gap=sqrt,form=excess,threshold=22', 24",
  })
  void aGapOf26IsAsWorkedOutByHand(String scheme, double gap) {
    double[] places = map(scheme, 7, 33, 34);

    assertThat(places[0]).isEqualTo(7);
    assertThat(places[1] - places[0]).isCloseTo(gap, within(SIX_DIGITS));
    assertThat(places[2] - places[1]).isCloseTo(1, within(1e-12));
  }

  @Test
  void thePapersFormIsNotMonotoneInTheGapAndItsValuesAreThePapers() {
    assertThat(map("compressed", 0, 10)[1]).isEqualTo(10);
    assertThat(map("compressed", 0, 11)[1]).isCloseTo(.8746, within(5e-5));
    assertThat(map("compressed", 0, 16)[1]).isCloseTo(1.0198, within(5e-5));
    assertThat(map("compressed", 0, 100)[1]).isCloseTo(1.5272, within(5e-5));
    assertThat(map("compressed", 0, 70_000)[1]).isCloseTo(2.412, within(5e-4));
  }

  @ParameterizedTest
  @FieldSource("SCHEMES")
  void positionsRiseAndGapsUpToTheThresholdStay(String scheme) {
    long seed = 11;
    Random random = new Random(seed);
    for (int threshold : new int[] {2, 3, 10}) {
      long[] kept = new long[200];
      for (int i = 1; i < kept.length; i++) {
        kept[i] = kept[i - 1] + 1 + random.nextInt(1 << random.nextInt(1, 20));
      }
      double[] places = map(scheme + ",threshold=" + threshold, kept);
      for (int i = 1; i < kept.length; i++) {
        assertThat(places[i]).as("seed %d, entry %d", seed, i).isGreaterThan(places[i - 1]);
        if (kept[i] - kept[i - 1] <= threshold) {
          assertThat(places[i] - places[i - 1])
              .isCloseTo((double) (kept[i] - kept[i - 1]), within(Math.ulp(places[i])));
        }
        if (scheme.endsWith("ceil")) {
          assertThat(places[i]).isEqualTo(Math.rint(places[i]));
        }
      }
    }
  }

  @Test
  void relativePositionsKeepSinksAndWindowAndScaleWhatIsBetween() {
    // limit 12, 2 sinks, 5 states: the window is the last 5 positions, 16 to 20, which become 7 to
    // 11; the 14 positions from 2 to 15 are scaled to the 5 from 2 to 6
    assertThat(map("relative:limit=12,sinks=2", 1, 2, 9, 16, 20))
        .containsExactly(new double[] {1, 2, 4.5, 7, 11}, within(1e-12));
    assertThat(map("relative:limit=12,sinks=2", 1, 2, 9, 10, 11)).containsExactly(1, 2, 9, 10, 11);
    assertThat(map("relative:limit=21,sinks=2", 1, 2, 9, 16, 20)).containsExactly(1, 2, 9, 16, 20);
  }

  @Test
  void relativePositionsNeverFallAndNeverLeaveTheLimit() {
    long seed = 5;
    Random random = new Random(seed);
    for (int trial = 0; trial < 300; trial++) {
      int limit = 2 + random.nextInt(40);
      int sinks = random.nextInt(limit);
      long[] kept =
          LongStream.iterate(random.nextInt(4), p -> p + 1 + random.nextInt(6)).limit(30).toArray();
      double[] places = map("relative:limit=" + limit + ",sinks=" + sinks, kept);
      assertThat(places).as("seed %d, limit %d, sinks %d", seed, limit, sinks).isSorted();
      assertThat(places[29]).isEqualTo((double) Math.min(kept[29], limit - 1));
      for (int i = 0; i < places.length; i++) {
        assertThat(places[i]).isLessThanOrEqualTo((double) kept[i]);
      }
    }
  }

  @Test
  void aSchemeIsNamedWithAllItsOptions() {
    PositionScheme one = CATALOG.positions("compressed:gap=sqrt");

    assertThat(one).isEqualTo(CATALOG.positions("compressed:gap=sqrt,threshold=10"));
    assertThat(one.toString()).contains("SQRT", "10", "SHRUNK");
    assertThat(one).isNotEqualTo(CATALOG.positions("compressed"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "compressed:gap=log",
        "compressed:gap=",
        "compressed:form=paper",
        "compressed:threshold=1",
        "compressed:threshold=ten",
        "compressed:ceil=1",
        "compressed:from=-1",
        "compressed:limit=9",
        "relative:limit=1",
        "relative:sinks=-1",
        "relative:sinks=9,limit=9",
      })
  void badOptionsAreRefusedByName(String scheme) {
    assertThatThrownBy(() -> CATALOG.positions(scheme))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining(scheme.split("[:=]")[1])
        .hasMessageContaining(scheme.split(":")[0]);
  }

  @Test
  void rotationsAddUp() {
    Rope rope = new Rope(new double[] {1}, 1);
    float[] once = {.3f, -.7f};
    float[] twice = once.clone();
    rope.undo(once, 0, -5);
    rope.undo(twice, 0, -9);
    rope.undo(twice, 0, 4);

    assertThat(once).containsExactly(new float[] {-.586148f, -.486241f}, within(1e-6f));
    assertThat(twice).containsExactly(once, within(1e-6f));
  }
}

package org.msrnn.eval.retention;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;

/**
 * For how many steps states were kept (arXiv 2401.06104, section 7.3), mean over all sets.
 *
 * @param mean of all tokens
 * @param byLayer of all tokens, in each layer that was recorded
 * @param first of the first 1, 4, 16, ... tokens
 * @param byTag of each part of speech, the longest first
 * @param byPiece of the pieces of text that occur at least {@value #LEAST_COUNT} times, the longest
 *     first, {@value #MOST_PIECES} at most
 * @param recent of the states kept after a step, the share of those among the last k positions, in
 *     the steps after which more than k tokens were fed; null if there are none
 * @param recentOfAll the same of all steps. The paper's 73 to 76 % is a mean over positions, and it
 *     does not say from which one on; before k tokens were fed every state is recent
 * @param steady mean life in the steady state, from k tokens fed to the end: one state comes and
 *     one leaves at each step, so by Little's law it is the number of states held, whatever the
 *     policy. Null if there were no such steps
 * @param states k, which {@code steady} is to be compared with
 */
public record Lifetimes(
    double mean,
    List<Double> byLayer,
    List<First> first,
    List<Group> byTag,
    List<Group> byPiece,
    @Nullable Double recent,
    double recentOfAll,
    @Nullable Double steady,
    int states) {
  private static final int LEAST_COUNT = 8;
  private static final int MOST_PIECES = 50;

  /**
   * The first tokens of the text.
   *
   * @param tokens how many
   * @param mean mean steps kept
   * @param toEnd share of their states that were kept to the end
   */
  public record First(int tokens, double mean, double toEnd) {}

  /**
   * Tokens of one kind.
   *
   * @param name the tag, or the piece of text
   * @param count tokens
   * @param mean mean steps kept
   */
  public record Group(String name, int count, double mean) {
    /** This and tokens of the same kind in another text. */
    public Group with(Group other) {
      int both = Math.addExact(count, other.count);
      return new Group(name, both, (count * mean + other.count * other.mean) / both);
    }
  }

  /** Who counts: steps kept of every position, and of how many sets. */
  private record Sums(double[] lives, int[] toEnd, int sets) {
    double life(int position) {
      return lives[position] / sets;
    }
  }

  /**
   * The lifetimes of what was recorded.
   *
   * @param text the tokens, for tags and pieces; null where only ids are known
   * @throws MsrnnException if the lives of a set do not add up to the states that it held
   */
  public static Lifetimes of(Retention retention, @Nullable TextFigures text) {
    int tokens = retention.tokens();
    int states = retention.states();
    var sums = new Sums(new double[tokens], new int[tokens], retention.sets().size());
    var byLayer = new TreeMap<Integer, List<Double>>();
    var windows = new Windows(tokens, states);
    for (SetRetention set : retention.sets()) {
      int[] keptUntil = set.keptUntil(tokens);
      long sum = 0;
      for (int p = 0; p < tokens; p++) {
        int life = keptUntil[p] - p;
        sum += life;
        sums.lives[p] += life;
        sums.toEnd[p] += keptUntil[p] == tokens ? 1 : 0;
        windows.add(p, keptUntil[p]);
      }
      demandLittle(set, sum);
      byLayer
          .computeIfAbsent(set.layer(), layer -> new ArrayList<>())
          .add((double) sum / Math.max(1, tokens));
    }
    return new Lifetimes(
        mean(byLayer.values().stream().map(Lifetimes::mean).toList()),
        byLayer.values().stream().map(Lifetimes::mean).toList(),
        first(sums, tokens),
        text == null ? List.of() : groups(text.tags(), sums, 1, Integer.MAX_VALUE),
        text == null ? List.of() : groups(text.pieces(), sums, LEAST_COUNT, MOST_PIECES),
        windows.recent(),
        windows.recentOfAll(),
        windows.steady(sums.sets),
        states);
  }

  /** What every set's figures must satisfy: each state held is a step of one state's life. */
  private static void demandLittle(SetRetention set, long lives) {
    Long held = set.held();
    if (held != null && held != lives) {
      throw new MsrnnException(
          "the states of "
              + set.name()
              + " lived "
              + lives
              + " steps in all, and the set held "
              + held
              + " states over all steps: the two are the same in an undamaged record");
    }
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  private static List<First> first(Sums sums, int tokens) {
    List<First> first = new ArrayList<>();
    double lives = 0;
    double toEnd = 0;
    int next = 1;
    for (int p = 0; p < tokens; p++) {
      lives += sums.life(p);
      toEnd += (double) sums.toEnd[p] / sums.sets;
      if (p + 1 == next) {
        first.add(new First(next, lives / next, toEnd / next));
        next *= 4;
      }
    }
    return first;
  }

  private static List<Group> groups(List<String> names, Sums sums, int least, int most) {
    var positions = new TreeMap<String, List<Integer>>();
    for (int p = 0; p < sums.lives.length; p++) {
      positions.computeIfAbsent(names.get(p), name -> new ArrayList<>()).add(p);
    }
    ToDoubleFunction<List<Integer>> mean =
        at -> at.stream().mapToDouble(sums::life).average().orElse(0);
    return positions.entrySet().stream()
        .filter(group -> group.getValue().size() >= least)
        .map(
            (Map.Entry<String, List<Integer>> group) ->
                new Group(
                    group.getKey(), group.getValue().size(), mean.applyAsDouble(group.getValue())))
        .sorted(Comparator.comparingDouble(Group::mean).reversed())
        .limit(most)
        .toList();
  }

  /** Sums over steps of states held: all, those among the last k, and those after k tokens. */
  private static final class Windows {
    private final int tokens;
    private final int states;
    private long held;
    private long recentHeld;
    private long heldAfter;
    private long recentAfter;

    Windows(int tokens, int states) {
      this.tokens = tokens;
      this.states = states;
    }

    /** A state is held after steps position + 1 to keptUntil; it is recent up to position + k. */
    void add(int position, int keptUntil) {
      int recentUntil = Math.min(keptUntil, position + states);
      int from = Math.max(position, states);
      held += keptUntil - position;
      recentHeld += recentUntil - position;
      heldAfter += Math.max(0, keptUntil - from);
      recentAfter += Math.max(0, recentUntil - from);
    }

    @Nullable Double recent() {
      return heldAfter == 0 ? null : (Double) ((double) recentAfter / heldAfter);
    }

    double recentOfAll() {
      return held == 0 ? 1 : (double) recentHeld / held;
    }

    @Nullable Double steady(int sets) {
      return tokens <= states ? null : (Double) ((double) heldAfter / sets / (tokens - states));
    }
  }
}

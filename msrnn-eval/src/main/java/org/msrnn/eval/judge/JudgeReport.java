package org.msrnn.eval.judge;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.io.TextFile;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.report.TextTable;
import org.msrnn.eval.task.Settings;

/**
 * What a judge said of all contests: a function of stories and transcripts alone, the same whether
 * the judge was asked or replayed.
 *
 * @param judge the judge's model
 * @param format how it was asked
 * @param seed seed of its draws and of the bootstrap
 * @param contests the contests
 */
public record JudgeReport(String judge, String format, long seed, List<ContestFigures> contests) {
  private static final List<String> HEADER =
      List.of(
          "policy",
          "state",
          "pairs",
          "unpaired",
          "judged",
          "missing",
          "identical",
          "unfilled",
          "wins",
          "ties",
          "losses",
          "winRate",
          "tieRate",
          "lossRate",
          "winRateAdjusted",
          "difference",
          "differenceLow",
          "differenceHigh",
          "signTest",
          "meanPreference",
          "meanTokens",
          "meanToplineTokens",
          "ranked",
          "judge",
          "format",
          "seed",
          "regime",
          "positions",
          "budgets",
          "granularity",
          "storage",
          "backend",
          "model",
          "modelDigest",
          "version",
          "options");

  /** Is told how far the judge is. */
  @FunctionalInterface
  public interface Progress {
    /** So many pairs of so many are over; in words, what comes next. */
    void update(long done, long all, String next);
  }

  /**
   * Judges.
   *
   * @throws JudgeException if the judge cannot go on; what it has answered is kept
   * @throws org.msrnn.api.MsrnnException if a replay lacks answers
   */
  public static JudgeReport of(
      List<Contest> contests,
      Judging judging,
      String judge,
      JudgeFormat format,
      long seed,
      Progress progress) {
    long all = contests.stream().mapToLong(contest -> contest.pairs().size()).sum();
    long done = 0;
    List<ContestFigures> figures = new ArrayList<>();
    for (Contest contest : contests) {
      List<PairResult> results = new ArrayList<>();
      for (StoryPair pair : contest.pairs()) {
        progress.update(done++, all, name(contest.settings()) + ", seed " + pair.seed());
        results.add(judging.judge(pair));
      }
      figures.add(ContestFigures.of(contest, results, seed));
    }
    judging.demandComplete();
    return new JudgeReport(judge, format.name(), seed, List.copyOf(figures));
  }

  private static String name(Settings settings) {
    return settings.policy() + " " + settings.state();
  }

  /** Writes {@code judge.json} and {@code judge.csv}. */
  public void write(Path folder) {
    TextFile.replace(folder.resolve("judge.json"), Json.pretty(this) + "\n");
    TextFile.replace(folder.resolve("judge.csv"), csv());
  }

  /** The table for people. */
  public String text() {
    TextTable table =
        new TextTable(
            "policy",
            "state",
            "judged",
            "missing",
            "same",
            "unfilled",
            "win %",
            "tie %",
            "loss %",
            "win-loss, 95 %",
            "p",
            "tokens",
            "full",
            "conclusion");
    long schemes = contests.stream().map(c -> c.settings().positions()).distinct().count();
    for (ContestFigures c : contests) {
      table.add(
          c.settings().policy() + (schemes > 1 ? ", positions " + c.settings().positions() : ""),
          String.valueOf(c.settings().state()),
          Numbers.count(c.judged()),
          Numbers.count(c.missing()),
          Numbers.count(c.identical()),
          Numbers.count(c.unfilled()),
          percent(c.winRate()),
          percent(c.tieRate()),
          percent(c.lossRate()),
          percent(c.difference()) + " [" + percent(c.low()) + ", " + percent(c.high()) + "]",
          Numbers.fixed(c.signTest(), 4),
          Numbers.fixed(c.meanTokens(), 0),
          Numbers.fixed(c.meanToplineTokens(), 0),
          c.conclusion());
    }
    boolean refused = contests.stream().anyMatch(c -> !c.ranked() && c.judged() + c.missing() > 0);
    return "Stories against the same seed's with all states; judge "
        + judge
        + ", format "
        + format
        + ", both orders.\n\n"
        + table
        + (refused
            ? "\nMore than "
                + Numbers.fixed(100 * ContestFigures.MOST_MISSING, 0)
                + " % of the verdicts are missing where it says so: these figures rank nothing.\n"
            : "");
  }

  private static String percent(@Nullable Double share) {
    return Numbers.fixed(share == null ? null : (Double) (100 * share), 1);
  }

  private String csv() {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(text)) {
      csv.writeRecord(HEADER);
      contests.forEach(contest -> csv.writeRecord(line(contest)));
    } catch (IOException e) {
      throw new UncheckedIOException("a string writer failed", e);
    }
    return text.toString();
  }

  private List<String> line(ContestFigures c) {
    Settings s = c.settings();
    List<String> line = new ArrayList<>();
    add(line, s.policy(), s.state(), c.pairs(), c.unpaired(), c.judged(), c.missing());
    add(line, c.identical(), c.unfilled(), c.wins(), c.ties(), c.losses());
    add(line, c.winRate(), c.tieRate(), c.lossRate(), c.winRateAdjusted());
    add(line, c.difference(), c.low(), c.high(), c.signTest(), c.meanPreference());
    add(line, c.meanTokens(), c.meanToplineTokens(), c.ranked(), judge, format, seed);
    add(line, s.regime(), s.positions(), s.budgets(), s.granularity(), s.storage());
    add(line, s.backend(), s.model(), s.modelDigest(), s.version(), c.options());
    return line;
  }

  private static void add(List<String> line, @Nullable Object... values) {
    for (Object value : values) {
      line.add(Objects.toString(value, ""));
    }
  }
}

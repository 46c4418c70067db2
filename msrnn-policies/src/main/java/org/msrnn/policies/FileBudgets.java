package org.msrnn.policies;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.BudgetPlannerProvider;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Options;

/**
 * {@code file}: budgets in the proportions that a text file gives: {@code file:heads.txt}. A line a
 * layer, with one number for all its KV heads or one for each, apart by spaces; {@code #} begins a
 * comment, lines with nothing else are skipped. The numbers are shares: of any scale, scaled to k
 * for each layer and head in the mean, exactly ({@link Budgets#share}).
 */
public final class FileBudgets implements BudgetPlannerProvider {
  private static final int MOST_BYTES = 1 << 22;
  private static final String ALLOWED =
      "the path of a text file with a line a layer, of one number or one a KV head";

  /** For the service loader. */
  public FileBudgets() {}

  @Override
  public String name() {
    return "file";
  }

  @Override
  public String summary() {
    return "budgets in the proportions that a text file gives, a line a layer";
  }

  @Override
  public BudgetPlanner create(Options options) {
    String path = options.text("file", "", ALLOWED);
    List<Line> lines = new ArrayList<>();
    int number = 0;
    for (String line : text(path, options).lines().toList()) {
      number++;
      String numbers = line.replaceFirst("#.*", "").strip();
      if (!numbers.isEmpty()) {
        lines.add(new Line(number, shares(numbers, path, number, options)));
      }
    }
    return new FilePlanner(path, List.copyOf(lines));
  }

  private static String text(String path, Options options) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(Path.of(path))) {
      bytes = in.readNBytes(MOST_BYTES + 1);
    } catch (IOException | InvalidPathException e) {
      throw options.refusal("file", "'" + path + "', which cannot be read", ALLOWED);
    }
    if (bytes.length > MOST_BYTES) {
      throw options.refusal("file", "'" + path + "', over " + MOST_BYTES + " bytes", ALLOWED);
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static double[] shares(String numbers, String path, int line, Options options) {
    String[] words = numbers.split("\\s+");
    double[] shares = new double[words.length];
    for (int i = 0; i < words.length; i++) {
      double share;
      try {
        share = Double.parseDouble(words[i]);
      } catch (NumberFormatException e) {
        share = Double.NaN; // refused below, with the same sentence as a number that is no share
      }
      if (!Double.isFinite(share) || share < 0) {
        String found = "'" + words[i] + "' in line " + line + " of " + path;
        throw options.refusal("file", found, "a finite number, 0 or more");
      }
      shares[i] = share;
    }
    return shares;
  }

  /**
   * The shares of a layer.
   *
   * @param number its number in the file, from 1
   * @param shares one, or one for each KV head; not to be changed
   */
  private record Line(int number, double[] shares) {
    boolean isUniform() {
      return Arrays.stream(shares).allMatch(share -> share == shares[0]);
    }

    double share(int kvHead) {
      return shares.length == 1 ? shares[0] : shares[kvHead];
    }
  }

  private record FilePlanner(String path, List<Line> lines) implements BudgetPlanner {
    @Override
    public Budgets plan(Request request) {
      int layers = request.layers();
      int heads = request.kvHeads();
      check(layers, heads);
      if (lines.stream().allMatch(Line::isUniform)) {
        double[] weights = lines.stream().mapToDouble(line -> line.share(0)).toArray();
        long total = (long) layers * request.states();
        return Budgets.byLayer(Budgets.share(total, weights, request.least()), heads);
      }
      double[] weights = new double[layers * heads];
      Arrays.setAll(weights, i -> lines.get(i / heads).share(i % heads));
      int[] all = Budgets.share(request.total(), weights, request.least());
      int[][] states = new int[layers][];
      Arrays.setAll(states, l -> Arrays.copyOfRange(all, l * heads, (l + 1) * heads));
      return Budgets.of(states);
    }

    private void check(int layers, int heads) {
      for (Line line : lines) {
        int found = line.shares.length;
        if (found != 1 && found != heads) {
          throw new InvalidOptionException(
              "budgets",
              "line " + line.number + " of " + path + " with " + found + " numbers",
              heads == 1 ? "one number" : "one number, or " + heads + ": one for each KV head");
        }
      }
      if (lines.size() != layers) {
        int last = lines.isEmpty() ? 0 : lines.getLast().number;
        throw new InvalidOptionException(
            "budgets",
            path + " with " + lines.size() + " layers up to line " + last,
            layers + " layers, a line each");
      }
    }

    @Override
    public String toString() {
      return "file:" + path;
    }
  }
}

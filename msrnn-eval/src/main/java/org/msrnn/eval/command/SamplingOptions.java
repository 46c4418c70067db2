package org.msrnn.eval.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.core.sampling.Sampling;
import org.msrnn.core.sampling.StopStrings;
import picocli.CommandLine.Option;

/** How tokens are chosen, and where a text ends. */
final class SamplingOptions {
  @Option(
      names = {"-n", "--max-new"},
      paramLabel = "N",
      description = "The most new tokens of a text or an answer. Default: ${DEFAULT-VALUE}.")
  int count = 200;

  @Option(
      names = "--temp",
      paramLabel = "T",
      description =
          "Temperature; 0 takes the likeliest token. Default: 0 in generate, 0.7 in chat, 0.8 in"
              + " stories.")
  @Nullable Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Draw from the K likeliest tokens. Default: 0, all.")
  int topK = 0;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Draw from the likeliest tokens that reach this probability. Default: all.")
  double topP = 1;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Draw from tokens at least P times as probable as the likeliest. Default: all.")
  double minP = 0;

  @Option(
      names = "--repeat-penalty",
      paramLabel = "R",
      description = "Make recent tokens less likely. Default: 1, none; 1.1 is a usual value.")
  double repetitionPenalty = 1;

  @Option(
      names = "--repeat-window",
      paramLabel = "N",
      description = "How many of the last tokens count as recent. Default: ${DEFAULT-VALUE}.")
  int repetitionWindow = Sampling.DEFAULT_WINDOW;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End before this text, which is not printed. Repeatable.")
  List<String> stops = new ArrayList<>();

  SamplingOptions() {}

  /** With another default length. */
  SamplingOptions(int count) {
    this.count = count;
  }

  /**
   * Checks all values.
   *
   * @param temperatureOtherwise the temperature for where the user gave none
   * @param least the fewest new tokens that make sense
   */
  Sampling sampling(long seed, double temperatureOtherwise, int least) {
    if (count < least) {
      throw new InvalidOptionException("-n", Integer.toString(count), least + " or more tokens");
    }
    var _ = new StopStrings(stops);
    return new Sampling(
        temperature == null ? temperatureOtherwise : temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        repetitionWindow,
        seed);
  }

  /** Says in a result how its tokens were chosen. */
  void describe(Sampling sampling, Map<String, @Nullable Object> json) {
    json.put("temperature", sampling.temperature());
    json.put("topK", topK);
    json.put("topP", topP);
    json.put("minP", minP);
    json.put("repetitionPenalty", repetitionPenalty);
    json.put("repetitionWindow", repetitionWindow);
    json.put("stop", stops);
  }
}

package org.msrnn.eval.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.msrnn.core.sampling.Sampling;
import org.msrnn.eval.io.Digest;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.StoryTask;

/**
 * Stories of many seeds (arXiv 2401.06104, section 5.3), those of a seed beside each other.
 *
 * @param prompt the request
 * @param sampling how tokens are drawn; its seed is that of the first story
 * @param stops texts that end a story
 * @param stories how many seeds
 * @param newTokens the most tokens of a story
 */
public record StoryCells(
    String prompt, Sampling sampling, List<String> stops, int stories, int newTokens)
    implements Task {
  /** Copies the texts. */
  public StoryCells {
    stops = List.copyOf(stops);
  }

  @Override
  public List<Cell> cells(Machine machine, List<Setup> setups) {
    String digest = Digest.sha256(prompt);
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < stories; i++) {
      Sampling seeded = sampling.withSeed(sampling.seed() + i);
      for (Setup setup : setups) {
        if (setup.reference() == null) {
          cells.add(cell(machine, digest, seeded, setup));
        }
      }
    }
    return cells;
  }

  private Cell cell(Machine machine, String digest, Sampling seeded, Setup setup) {
    String item = "seed " + seeded.seed();
    CellId id = new CellId(TaskKinds.STORY.name(), item, digest, options(), setup.settings());
    StoryTask task = new StoryTask(machine.model(), setup.spec(), seeded, stops, newTokens);
    return new Cell(
        id, watch -> task.run(prompt, written -> watch.update(written, newTokens, () -> "")));
  }

  /** All that stories of every seed share; the seed is the item. */
  private SortedMap<String, String> options() {
    SortedMap<String, String> own = new TreeMap<>();
    own.put("max-new-tokens", Integer.toString(newTokens));
    own.put("temperature", Double.toString(sampling.temperature()));
    own.put("top-k", Integer.toString(sampling.topK()));
    own.put("top-p", Double.toString(sampling.topP()));
    own.put("min-p", Double.toString(sampling.minP()));
    own.put("repeat-penalty", Double.toString(sampling.repetitionPenalty()));
    own.put("repeat-window", Integer.toString(sampling.repetitionWindow()));
    own.put("stop", Json.line(stops));
    return own;
  }
}

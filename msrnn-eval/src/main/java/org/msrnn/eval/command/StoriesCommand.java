package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.core.sampling.Sampling;
import org.msrnn.eval.io.TextFile;
import org.msrnn.eval.sweep.StoryCells;
import org.msrnn.eval.task.StoryPrompt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code msrnn stories}. */
@Command(
    name = "stories",
    description = {
      "Tells stories, one a seed, policy and state size, for msrnn judge to compare.",
      "The same command goes on where it was interrupted."
    })
final class StoriesCommand implements Callable<Integer> {
  private static final double TEMPERATURE = 0.8;
  private static final int NEW_TOKENS = 2048;

  private final Session session;

  @Mixin GridOptions grid = new GridOptions();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description =
          "Stories a policy and state size; their seeds count up from --seed. Default:"
              + " ${DEFAULT-VALUE}, as in the paper.")
  int stories = 100;

  @Option(
      names = "--prompt",
      paramLabel = "FILE",
      description = "The request, in UTF-8, as it is fed. Default: the paper's.")
  @Nullable Path prompt;

  @Mixin SamplingOptions sampling = new SamplingOptions(NEW_TOKENS);
  @Mixin SweepFolder folder = new SweepFolder();

  @Inject
  StoriesCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (stories < 1) {
      throw new InvalidOptionException("seeds", Integer.toString(stories), "1 or more");
    }
    Sampling draws = sampling.sampling(grid.seed, TEMPERATURE, 1);
    String request = prompt == null ? StoryPrompt.PAPER : TextFile.read(prompt);
    StoryCells task = new StoryCells(request, draws, sampling.stops, stories, sampling.count);
    return folder.run(
        session, grid.models, machine -> task.cells(machine, grid.setups(session, machine)));
  }
}

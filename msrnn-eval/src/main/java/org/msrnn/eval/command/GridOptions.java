package org.msrnn.eval.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import picocli.CommandLine.Option;

/** The grid that an experiment runs over: models, policies, state sizes, position schemes. */
final class GridOptions extends SettingOptions {
  @Option(
      names = "--models",
      split = ",",
      paramLabel = "FILE",
      description =
          "Models, in place of -m: GGUF files or Hugging Face folders with commas between them, run"
              + " one after the other.")
  List<Path> models = List.of();

  @Option(
      names = "--policies",
      paramLabel = "P",
      description =
          "Policies, with ; or a comma between them; all stands for every one that needs no option."
              + " Two references may be named beside them: baseline, the sequence cut to k tokens,"
              + " and clairvoyant, which knows what will be attended to. Default:"
              + " full,window,window+4,h2o,tova.")
  String policies = "full,window,window+4,h2o,tova";

  @Option(
      names = "--states",
      split = ",",
      paramLabel = "K",
      description =
          "State sizes: counts, or fractions of the model's context such as 1/8. Default:"
              + " 64,128,256,512.")
  List<String> states = List.of("64", "128", "256", "512");

  @Option(
      names = "--positions",
      paramLabel = "S",
      description =
          "Position schemes, as policies are listed: original, in-cache, compressed or relative."
              + " Default: the policy's, original for most.")
  @Nullable String positions;

  GridOptions() {}

  /**
   * The setups of the grid.
   *
   * @throws org.msrnn.api.InvalidOptionException if a policy and a state size do not go together
   */
  List<Setup> setups(Session session, Machine machine) {
    Console console = session.console();
    List<String> named =
        PolicyList.parse(policies, session.catalog(), n -> console.note("note: " + n));
    List<String> schemes =
        positions == null
            ? new ArrayList<>()
            : PolicyList.parse("positions", "one scheme or more", positions);
    return machine.setups(named, states, schemes, with("full", null, null));
  }
}

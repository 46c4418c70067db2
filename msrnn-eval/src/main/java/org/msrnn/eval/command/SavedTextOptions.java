package org.msrnn.eval.command;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.Regime;
import org.msrnn.api.StateFileException;
import org.msrnn.api.StateSpec;
import org.msrnn.core.PolicySpec;
import org.msrnn.eval.io.WholeFile;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.SavedText;
import org.msrnn.eval.task.SpecText;
import org.msrnn.eval.task.StateSize;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Files of texts that are gone on with. A file brings the settings of its multi-state. */
final class SavedTextOptions {
  @Option(
      names = "--save-state",
      paramLabel = "FILE",
      description =
          "Afterwards, save the state of the prompt and all new tokens; -n 0 generates none.")
  @Nullable Path save;

  @Option(
      names = "--load-state",
      paramLabel = "FILE",
      description =
          "Go on from a saved state, under its own policy, state size, regime, positions, budgets,"
              + " kv and seed. Each -p is answered from a copy; without -p the text goes on.")
  @Nullable Path load;

  @Spec(Spec.Target.MIXEE)
  @Nullable CommandSpec command;

  SavedTextOptions() {}

  /** What {@code --load-state} names, without its multi-state; null where it is not given. */
  @Nullable SavedText loaded() {
    if (save != null) {
      WholeFile.demandReplaceable(save);
    }
    return load == null ? null : SavedText.read(load);
  }

  /**
   * The settings of a loaded text.
   *
   * @param saved what {@link #loaded} read
   * @throws MsrnnException if they do not fit what is installed, or the model
   * @throws InvalidOptionException if an option says something else than the file
   */
  Setup setup(Machine machine, SavedText saved, StateOptions.One one, StateOptions state) {
    SpecText file = saved.spec();
    Setup setup;
    try {
      setup = machine.setup(file);
    } catch (MsrnnException e) {
      throw new StateFileException(load + ": its settings do not work here: " + e.getMessage(), e);
    }
    StateSpec spec = setup.spec();
    var catalog = machine.catalog();
    int context = machine.model().info().context();
    if (one.policy != null) {
      var given = catalog.policy(PolicySpec.parse(one.policy));
      demandSame("--policy", one.policy, file.policy(), given, spec.policy());
    }
    if (one.state != null) {
      Integer given = StateSize.parse(one.state, context);
      demandSame("--state", one.state, file.state(), given, setup.state());
    }
    if (state.positions != null) {
      var given = catalog.positions(state.positions);
      demandSame("--positions", state.positions, file.positions(), given, spec.positions());
    }
    if (state.budgets != null) {
      var given = catalog.budgets(state.budgets);
      demandSame("--budgets", state.budgets, file.budgets(), given, spec.budgets());
    }
    if (isGiven("--regime")) {
      Regime given = Regime.parse(state.regime);
      demandSame("--regime", state.regime, file.regime(), given, spec.regime());
    }
    if (isGiven("--kv")) {
      var given = Machine.storage(state.storage);
      demandSame("--kv", state.storage, file.storage(), given, spec.storage());
    }
    if (isGiven("--seed")) {
      demandSame(
          "--seed", Long.toString(state.seed), Long.toString(file.seed()), state.seed, file.seed());
    }
    return setup;
  }

  private boolean isGiven(String option) {
    return command != null && command.commandLine().getParseResult().hasMatchedOption(option);
  }

  /** Equal meanings may be written in different ways: what they come to is compared. */
  private void demandSame(
      String option,
      String given,
      @Nullable String saved,
      Object meaning,
      @Nullable Object savedMeaning) {
    if (!Objects.toString(meaning).equals(Objects.toString(savedMeaning))) {
      throw new InvalidOptionException(
          option,
          option
              + " is "
              + given
              + ", but "
              + load
              + " was saved with "
              + (saved == null ? Objects.toString(savedMeaning, "none") : saved)
              + "; leave the option out to go on from it");
    }
  }
}

package org.msrnn.eval.retention;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateSpec;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.KvSet;
import org.msrnn.api.policy.ScoreProgram;
import org.msrnn.api.policy.Trigger;
import org.msrnn.api.policy.WrappedPolicy;
import org.msrnn.eval.task.StateFigures;

/**
 * A policy that decides as the one inside does, and notes who is kept until when.
 *
 * <p>States leave at decisions alone, and a set that drops states asks for scores first. What it
 * holds then, the newest state apart, it has held since the last decision; so every look is exact
 * for all steps since, and known tokens can be fed layer by layer. A positional policy is asked for
 * scores like any other: its kept sets are the same, without the one banded pass.
 *
 * <p>In a layer with a sliding window states also leave unasked, when the window has passed them.
 * There the victims of a decision are found from the scores, by the rule of the core.
 *
 * <p>One recorder serves one multi-state from its start on. Its sets may be walked side by side.
 */
public final class RetentionRecorder implements WrappedPolicy {
  private final EvictionPolicy policy;
  private final ModelInfo model;
  private final SetLog[][] logs;

  private RetentionRecorder(StateSpec spec, ModelInfo model, int tokens) {
    this.policy = spec.policy();
    this.model = model;
    int sets = policy.granularity() == Granularity.LAYER ? 1 : model.kvHeads();
    this.logs = new SetLog[model.layers()][sets];
    for (int l = 0; l < logs.length; l++) {
      demandRecordable(spec, model, l);
      for (int s = 0; s < sets; s++) {
        logs[l][s] = new SetLog(tokens, model.window(l));
      }
    }
  }

  private static void demandRecordable(StateSpec spec, ModelInfo model, int layer) {
    if (model.window(layer) < Long.MAX_VALUE && spec.budgets().guaranteed() < 1) {
      throw new InvalidOptionException(
          "policy",
          spec.policy()
              + ", whose heads compete, and layer "
              + layer
              + " of "
              + model.name()
              + " has a sliding window",
          "a policy whose heads do not compete, for the retention of such a model");
    }
  }

  /**
   * Feeds tokens to an empty multi-state as one prompt, and says who was kept until when.
   *
   * @param msrnn the model
   * @param spec what the multi-state is to be
   * @param ids the tokens
   * @param sink where the logits go; they are those of the policy alone
   */
  public static Retention record(Msrnn msrnn, StateSpec spec, int[] ids, LogitsSink sink) {
    var recorder = new RetentionRecorder(spec, msrnn.model(), ids.length);
    var recorded =
        new StateSpec(
            recorder,
            spec.states(),
            spec.regime(),
            spec.positions(),
            spec.budgets(),
            spec.storage(),
            spec.seed());
    try (MultiState state = msrnn.start(recorded)) {
      msrnn.feed(state, ids, sink);
      return recorder.end(state, ids.length);
    }
  }

  private Retention end(MultiState state, int tokens) {
    List<SetRetention> sets = new ArrayList<>();
    for (int l = 0; l < logs.length; l++) {
      for (int s = 0; s < logs[l].length; s++) {
        SetLog log = logs[l][s];
        log.end(state.kept(l, s), tokens);
        sets.add(SetRetention.of(l, logs[l].length == 1 ? -1 : s, log.keptUntil, log.held()));
      }
    }
    boolean bounded = policy.trigger().kind() != Trigger.Kind.NEVER;
    int states = bounded ? Math.min(state.spec().states(), tokens) : tokens;
    return new Retention(tokens, states, sets, StateFigures.of(state));
  }

  @Override
  public EvictionPolicy policy() {
    return policy;
  }

  @Override
  public void score(KvSet set, double[] scores) {
    policy.score(set, scores);
    SetLog log = logs[set.layer()][Math.max(0, set.kvHead())];
    if (model.window(set.layer()) == Long.MAX_VALUE) {
      log.look(set);
    } else {
      log.drop(set, scores);
    }
  }

  @Override
  public boolean positional() {
    return false;
  }

  /** None: a device that runs it would not ask. */
  @Override
  public Optional<ScoreProgram> program() {
    return Optional.empty();
  }

  @Override
  public String toString() {
    return policy.toString();
  }
}

package org.msrnn.core.state;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateFileException;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.api.policy.Granularity;
import org.msrnn.api.policy.Pins;

/** The multi-state of a decoder: one key/value set a layer, or one a KV head. */
public final class KvMultiState implements MultiState {
  private final Msrnn msrnn;
  private final ModelInfo model;
  private final Backend backend;
  private final List<SetWalk.Attention> attention;
  private final StateSpec spec;
  private final List<List<SetWalk>> layers = new ArrayList<>();
  private long tokens;
  private boolean closed;

  /**
   * An empty state.
   *
   * @param msrnn the model that starts it
   * @param attention what attention needs to know, of each layer
   * @throws InvalidOptionException if the policy's pins leave nothing to evict, or budgets differ
   *     between heads that share a set
   */
  public KvMultiState(
      Msrnn msrnn, List<SetWalk.Attention> attention, Backend backend, StateSpec spec) {
    this.msrnn = msrnn;
    this.model = msrnn.model();
    this.attention = attention;
    this.backend = backend;
    this.spec = spec;
    Granularity granularity = spec.policy().granularity();
    Budgets budgets =
        spec.budgets()
            .plan(
                new BudgetPlanner.Request(
                    model.layers(),
                    model.kvHeads(),
                    spec.states(),
                    least(spec.policy(), spec.states()),
                    granularity));
    var shape = new SlotSpace.Shape(model.kvHeads(), model.headSize(), spec.storage());
    int sets = granularity == Granularity.LAYER ? 1 : model.kvHeads();
    for (int l = 0; l < model.layers(); l++) {
      List<SetWalk> walks = new ArrayList<>();
      layers.add(walks);
      for (int h = 0; h < sets; h++) {
        int budget = sets == 1 ? sharedBudget(budgets, l) : budgets.states(l, h);
        var space =
            new SlotSpace(
                backend,
                shape,
                l,
                granularity == Granularity.LAYER ? -1 : h,
                budget,
                spec.policy().columns(),
                spec.policy().memory(attention.get(l).shape(model.kvHeads() / sets)),
                attention.get(l).rotatesAtRead(spec));
        walks.add(new SetWalk(space, spec, backend, attention.get(l)));
      }
    }
  }

  /** The smallest budget, at most k, that the policy's pins leave something to drop of. */
  static int least(EvictionPolicy policy, int states) {
    for (int budget = 1; budget < states; budget++) {
      Pins pins = policy.pins(budget);
      if (pins.equals(Pins.NONE) || (long) pins.first() + pins.last() < budget) {
        return budget;
      }
    }
    return states;
  }

  private int sharedBudget(Budgets budgets, int layer) {
    int shared = budgets.states(layer, 0);
    for (int h = 1; h < model.kvHeads(); h++) {
      if (budgets.states(layer, h) != shared) {
        throw new InvalidOptionException(
            "budgets",
            spec.budgets() + " gives the heads of layer " + layer + " different budgets",
            "one budget a layer for policies of granularity layer");
      }
    }
    return shared;
  }

  /** The sets of a layer: one, or one for each KV head. */
  public int sets(int layer) {
    return layers.get(layer).size();
  }

  SlotSpace space(int layer, int set) {
    return layers.get(layer).get(set).space();
  }

  /** Takes one set of a layer through some rows; see {@link SetWalk#advance}. */
  public void advance(
      int layer, int set, SetWalk.Rows rows, int first, int count, SetWalk.@Nullable Part prompt) {
    layers.get(layer).get(set).advance(rows, first, count, tokens, prompt);
  }

  /** Counts tokens that all layers have taken in. */
  public void fed(int count) {
    tokens += count;
  }

  /** After a prompt: gives back what only the prompt needed. */
  public void endPrompt() {
    for (int l = 0; l < layers.size(); l++) {
      for (int s = 0; s < sets(l); s++) {
        compact(l, s);
      }
    }
  }

  void compact(int layer, int set) {
    space(layer, set).compact(backend);
  }

  /** Refuses use after close, and by a model that did not start this state. */
  public void demandOpen(Msrnn by) {
    if (closed) {
      throw new IllegalStateException("this multi-state is closed");
    }
    if (!by.equals(msrnn)) {
      throw new IllegalArgumentException("this multi-state was started by another model");
    }
  }

  ModelInfo model() {
    return model;
  }

  String modelDigest() {
    return msrnn.digest();
  }

  void restoreTokens(long saved) {
    tokens = saved;
  }

  @Override
  public StateSpec spec() {
    return spec;
  }

  @Override
  public long tokens() {
    return tokens;
  }

  @Override
  public long[] kept(int layer, int kvHead) {
    if (kvHead < 0 || kvHead >= model.kvHeads()) {
      throw new IndexOutOfBoundsException("KV head " + kvHead + " of " + model.kvHeads());
    }
    SlotSpace space = space(layer, sets(layer) == 1 ? 0 : kvHead);
    return Arrays.copyOf(space.entryPositions(), space.size());
  }

  @Override
  public int states() {
    return (int) over((most, space) -> Math.max(most, space.size()));
  }

  @Override
  public int peakStates() {
    return (int) over((most, space) -> Math.max(most, space.peak));
  }

  @Override
  public long evictions() {
    return over((sum, space) -> sum + space.evictions);
  }

  @Override
  public long bytes() {
    return over((sum, space) -> sum + space.bytesInUse());
  }

  @Override
  public long reservedBytes() {
    return over((sum, space) -> sum + space.kv.bytes());
  }

  private interface Fold {
    long with(long sum, SlotSpace space);
  }

  private long over(Fold fold) {
    long sum = 0;
    for (List<SetWalk> layer : layers) {
      for (SetWalk walk : layer) {
        sum = fold.with(sum, walk.space());
      }
    }
    return sum;
  }

  @Override
  public KvMultiState fork() {
    demandOpen(msrnn);
    var copy = new KvMultiState(msrnn, attention, backend, spec);
    copy.restore(this);
    return copy;
  }

  @Override
  public void restore(MultiState other) {
    demandOpen(msrnn);
    if (!(other instanceof KvMultiState from) || !from.msrnn.equals(msrnn)) {
      throw new StateFileException("the state to return to belongs to another model");
    }
    from.demandOpen(msrnn);
    StateFile.demandSame(StateFile.describe(spec), StateFile.describe(from.spec));
    for (int l = 0; l < layers.size(); l++) {
      for (int s = 0; s < sets(l); s++) {
        space(l, s).copyFrom(from.space(l, s), backend.kernels());
      }
    }
    tokens = from.tokens;
  }

  @Override
  public void save(OutputStream out) throws IOException {
    demandOpen(msrnn);
    StateFile.write(this, backend.kernels(), out);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      layers.forEach(layer -> layer.forEach(SetWalk::close));
    }
  }
}

package org.msrnn.core.state;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.StateFileException;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Granularity;

/** The multi-state of a decoder: one key/value set a layer, or one a KV head. */
public final class KvMultiState implements MultiState {
  private final Msrnn msrnn;
  private final ModelInfo model;
  private final Backend backend;
  private final List<SetWalk.Attention> attention;
  private final StateSpec spec;
  private final Planning planning;
  private final List<List<SetAttention>> sets = new ArrayList<>();
  private final List<List<SetWalk>> walks = new ArrayList<>();
  private final double[][] demands;
  private final StepTaps stepTaps;
  private long tokens;
  private boolean closed;

  /**
   * An empty state.
   *
   * @param msrnn the model that starts it
   * @param attention what attention needs to know, of each layer
   * @throws org.msrnn.api.InvalidOptionException if the policy's pins leave nothing to evict, or
   *     the planner's budgets do not fit the model and the policy
   */
  public KvMultiState(
      Msrnn msrnn, List<SetWalk.Attention> attention, Backend backend, StateSpec spec) {
    this.msrnn = msrnn;
    this.model = msrnn.model();
    this.attention = attention;
    this.backend = backend;
    this.spec = spec;
    this.planning =
        new Planning(spec.budgets(), BudgetPlanner.Request.of(model, spec.policy(), spec.states()));
    this.stepTaps = new StepTaps(backend);
    this.demands = new double[model.layers()][model.kvHeads()];
    Budgets budgets = planning.start();
    try {
      for (int l = 0; l < model.layers(); l++) {
        addLayer(l, budgets);
      }
    } catch (RuntimeException e) { // the device may be full
      close();
      throw e;
    }
  }

  private void addLayer(int layer, Budgets budgets) {
    var shape = new SlotSpace.Shape(model.kvHeads(), model.headSize(), spec.storage());
    boolean shared = spec.policy().granularity() == Granularity.LAYER;
    SetWalk.Attention attends = attention.get(layer);
    List<SetAttention> all = new ArrayList<>();
    sets.add(all);
    for (int h = 0; h < (shared ? 1 : model.kvHeads()); h++) {
      var space =
          new SlotSpace(
              backend,
              shape,
              layer,
              shared ? -1 : h,
              budgets.states(layer, h),
              spec.policy().columns(attends.shape(shared ? model.kvHeads() : 1)),
              spec.policy().memory(attends.shape(shared ? model.kvHeads() : 1)),
              attends.rotatesAtRead(spec));
      try {
        all.add(new SetAttention(space, spec, backend, attends, stepTaps));
      } catch (RuntimeException e) {
        space.close();
        throw e;
      }
    }
    boolean together = spec.budgets().guaranteed() < 1;
    walks.add(
        (together ? List.of(all) : all.stream().map(List::of).toList())
            .stream().map(some -> new SetWalk(some, spec, backend)).toList());
  }

  /** The sets of a layer: one, or one for each KV head. */
  int sets(int layer) {
    return sets.get(layer).size();
  }

  /** The parts of a layer that need nothing of each other: its sets, or one if heads compete. */
  public int walks(int layer) {
    return walks.get(layer).size();
  }

  SetAttention set(int layer, int set) {
    return sets.get(layer).get(set);
  }

  SlotSpace space(int layer, int set) {
    return set(layer, set).space();
  }

  /** Before a step of one token: makes room. */
  public void beginStep() {
    for (int l = 0; l < walks.size(); l++) { // by index: an iterator is garbage
      for (int w = 0; w < walks(l); w++) {
        walks.get(l).get(w).reserve();
      }
    }
    if (stepTaps.used()) {
      stepTaps.reserve(widest());
    }
  }

  /** Slots of the largest set, now that there is room. */
  private int widest() {
    int slots = 0;
    for (int l = 0; l < sets.size(); l++) {
      for (int s = 0; s < sets(l); s++) {
        slots = Math.max(slots, space(l, s).kv.capacity());
      }
    }
    return slots;
  }

  /**
   * The attention of a step in a part of a layer; see {@link SetWalk#attend}.
   *
   * @param alone whether nothing else runs at the same time
   */
  public void attend(int layer, int walk, SetWalk.Rows rows, int row, boolean alone) {
    walks.get(layer).get(walk).attend(rows, row, tokens, alone);
  }

  /** After the attention of all layers: waits for what policies observe, in one copy. */
  public void readTaps() {
    int slots = 0;
    for (int l = 0; l < sets.size(); l++) {
      for (int s = 0; s < sets(l); s++) {
        slots = Math.max(slots, set(l, s).tapped());
      }
    }
    if (slots > 0) {
      stepTaps.read(slots);
    }
  }

  /** What follows from the attention of a step in a part of a layer; see {@link SetWalk#decide}. */
  public void decide(int layer, int walk) {
    walks.get(layer).get(walk).decide(tokens);
  }

  /**
   * Takes a part of a layer through some rows of a prompt; see {@link SetWalk#advance}.
   *
   * @param alone whether nothing else runs at the same time
   */
  public void advance(
      int layer,
      int walk,
      SetWalk.Rows rows,
      int first,
      int count,
      SetWalk.Part prompt,
      boolean alone) {
    walks.get(layer).get(walk).advance(rows, first, count, tokens, prompt, alone);
  }

  /**
   * When the last token of a prompt has gone through a layer: a planner that is adaptive gives new
   * budgets to this layer and all before it, and what is too much leaves.
   */
  public void endLayer(int layer) {
    if (!SetWalk.replans(spec)) {
      return;
    }
    for (int h = 0; h < model.kvHeads(); h++) {
      demands[layer][h] =
          h < sets(layer) ? set(layer, h).set().demand() : demands[layer][0]; // a shared set's
    }
    double[][] soFar = new double[layer + 1][];
    Arrays.setAll(soFar, l -> demands[l].clone());
    Budgets budgets = planning.replan(soFar);
    for (int l = 0; l <= layer; l++) {
      for (int s = 0; s < sets(l); s++) {
        set(l, s).budget(budgets.states(l, s));
      }
      walks.get(l).forEach(SetWalk::evict);
    }
  }

  /** Counts tokens that all layers have taken in. */
  public void fed(int count) {
    tokens += count;
  }

  /** After a prompt: gives back what only the prompt needed. */
  public void endPrompt() {
    for (int l = 0; l < sets.size(); l++) {
      walks.get(l).forEach(SetWalk::notePeak);
      sets.get(l).forEach(SetAttention::fit);
    }
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

  Planning planning() {
    return planning;
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

  /** The sum of all budgets, over layers and KV heads. */
  long total() {
    return over((sum, space) -> sum + (long) space.budget * space.kv.heads());
  }

  private interface Fold {
    long with(long sum, SlotSpace space);
  }

  private long over(Fold fold) {
    long sum = 0;
    for (List<SetAttention> layer : sets) {
      for (SetAttention set : layer) {
        sum = fold.with(sum, set.space());
      }
    }
    return sum;
  }

  @Override
  public KvMultiState fork() {
    demandOpen(msrnn);
    var copy = new KvMultiState(msrnn, attention, backend, spec);
    try {
      copy.restore(this);
    } catch (RuntimeException e) {
      copy.close();
      throw e;
    }
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
    for (int l = 0; l < sets.size(); l++) {
      for (int s = 0; s < sets(l); s++) {
        set(l, s).budget(from.space(l, s).budget);
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
      sets.forEach(layer -> layer.forEach(SetAttention::close));
      stepTaps.close();
    }
  }
}

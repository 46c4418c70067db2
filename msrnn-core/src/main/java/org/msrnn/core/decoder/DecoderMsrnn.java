package org.msrnn.core.decoder;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.LogitsSink;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.Msrnn;
import org.msrnn.api.MultiState;
import org.msrnn.api.NonFiniteException;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Heads;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.Rope;
import org.msrnn.core.Progress;
import org.msrnn.core.model.DecoderModel;
import org.msrnn.core.state.KvMultiState;
import org.msrnn.core.state.SetWalk;
import org.msrnn.core.state.StateFile;

/** A decoder run as a multi-state RNN. */
public final class DecoderMsrnn implements Msrnn {
  /** Rows that go through a layer together: enough to reuse weights, few enough to stay cached. */
  private static final int BLOCK = 512;

  private final ModelInfo info;
  private final Supplier<String> digest;
  private final Backend backend;
  private final Kernels kernels;
  private final Decoder decoder;
  private final Heads queryHeads;
  private final Heads kvHeads;
  private final List<SetWalk.Attention> attention;
  private final Batch batch = new Batch();
  private final Decisions decisions = new Decisions();
  private final float[] logits;
  private Workspace work;
  private double[] positions;
  private boolean closed;

  /** Uploads a model. Its tensors are not needed afterwards. */
  public DecoderMsrnn(DecoderModel model, Backend backend, Progress progress) {
    this.backend = backend;
    this.kernels = backend.kernels();
    this.decoder = new Decoder(model, backend, progress);
    this.info = model.info();
    this.digest = model.digest();
    this.queryHeads = new Heads(0, info.queryHeads(), info.headSize());
    this.kvHeads = new Heads(0, info.kvHeads(), info.headSize());
    this.attention = attention(model);
    try {
      this.work = new Workspace(info, backend, 1);
    } catch (RuntimeException e) {
      decoder.close();
      throw e;
    }
    this.positions = new double[1];
    this.logits = new float[info.vocabulary()];
  }

  private static List<SetWalk.Attention> attention(DecoderModel model) {
    ModelInfo info = model.info();
    var attention = new ArrayList<SetWalk.Attention>();
    for (int l = 0; l < info.layers(); l++) {
      attention.add(
          new SetWalk.Attention(
              info.queryHeads() / info.kvHeads(),
              info.headSize(),
              model.scales().attention(),
              model.scales().attentionCap(),
              info.window(l),
              model.layers().get(l).attention().rope()));
    }
    return List.copyOf(attention);
  }

  @Override
  public ModelInfo model() {
    return info;
  }

  @Override
  public String digest() {
    return digest.get();
  }

  @Override
  public synchronized MultiState start(StateSpec spec) {
    demandOpen();
    return new KvMultiState(this, attention, backend, spec);
  }

  @Override
  public synchronized MultiState load(InputStream in, StateSpec spec) throws IOException {
    demandOpen();
    var state = new KvMultiState(this, attention, backend, spec);
    boolean read = false;
    try {
      StateFile.read(state, kernels, in);
      read = true;
    } finally {
      if (!read) {
        state.close();
      }
    }
    return state;
  }

  @Override
  public synchronized void step(MultiState state, int token, float[] into) {
    batch.room(1);
    batch.set(0, own(state), token, into);
    step(1);
  }

  @Override
  public synchronized void step(List<? extends MultiState> states, int[] tokens, float[][] into) {
    int rows = states.size();
    if (rows == 0 || tokens.length != rows || into.length != rows) {
      throw new IllegalArgumentException(
          rows + " states, " + tokens.length + " tokens and " + into.length + " rows of logits");
    }
    if (new HashSet<>(states).size() != rows) {
      throw new IllegalArgumentException("a state stands twice in the batch");
    }
    batch.room(rows);
    for (int b = 0; b < rows; b++) {
      batch.set(b, own(states.get(b)), tokens[b], into[b]);
    }
    step(rows);
  }

  /** Takes the first rows of the batch through all layers, and reads their logits. */
  private void step(int rows) {
    room(rows);
    System.arraycopy(batch.tokens, 0, work.attentionRows.tokens(), 0, rows);
    for (int b = 0; b < rows; b++) {
      batch.states[b].beginStep();
    }
    decoder.layers(batch.tokens, 0, rows, work, batch);
    decisions.run(rows);
    for (int b = 0; b < rows; b++) {
      batch.states[b].fed(1);
    }
    decoder.outputNorm(rows, work);
    for (int first = 0; first < rows; first += work.logits.rows()) {
      int count = Math.min(work.logits.rows(), rows - first);
      decoder.logits(first, count, work);
      for (int b = first; b < first + count; b++) {
        readLogits(b - first, batch.states[b].tokens() - 1, batch.logits[b]);
      }
    }
  }

  /** The sequences of one step, and their attention. Reused, so that a step allocates nothing. */
  private final class Batch implements Decoder.AttentionStep, IntConsumer {
    private KvMultiState[] states = {};
    private int[] tokens = {};
    private float[][] logits = {};
    private int rows;
    private int layer;
    private int walks;

    void room(int wanted) {
      rows = wanted;
      if (states.length < wanted) {
        states = new KvMultiState[wanted];
        tokens = new int[wanted];
        logits = new float[wanted][];
      }
    }

    void set(int row, KvMultiState state, int token, float[] into) {
      demandToken(token);
      states[row] = state;
      tokens[row] = token;
      logits[row] = into;
    }

    @Override
    public void attend(int at) {
      layer = at;
      walks = 1;
      for (int b = 0; b < rows; b++) {
        rotate(at, b, 1, states[b]);
        walks = Math.max(walks, states[b].walks(at));
      }
      run(rows * walks, this);
    }

    @Override
    public void accept(int task) {
      int row = task / walks;
      if (task % walks < states[row].walks(layer)) {
        boolean alone = rows * walks == 1;
        states[row].attend(layer, task % walks, work.attentionRows, row, alone);
      }
    }
  }

  /** What leaves after a step, in all layers of all sequences. Reused. */
  private final class Decisions implements IntConsumer {
    private int walks;

    void run(int rows) {
      walks = 1;
      for (int b = 0; b < rows; b++) {
        batch.states[b].readTaps();
        for (int l = 0; l < info.layers(); l++) {
          walks = Math.max(walks, batch.states[b].walks(l));
        }
      }
      DecoderMsrnn.this.run(rows * info.layers() * walks, this);
    }

    @Override
    public void accept(int task) {
      int layer = task / walks % info.layers();
      KvMultiState state = batch.states[task / walks / info.layers()];
      if (task % walks < state.walks(layer)) {
        state.decide(layer, task % walks);
      }
    }
  }

  @Override
  public synchronized void feed(MultiState state, int[] tokens, LogitsSink sink) {
    KvMultiState own = own(state);
    for (int token : tokens) {
      demandToken(token);
    }
    if (tokens.length == 0) {
      return;
    }
    room(Math.min(BLOCK, tokens.length));
    for (int start = 0; start < tokens.length; start += BLOCK) {
      int rows = Math.min(BLOCK, tokens.length - start);
      var part = new SetWalk.Part(start, tokens.length);
      System.arraycopy(tokens, start, work.attentionRows.tokens(), 0, rows);
      decoder.layers(tokens, start, rows, work, layer -> attendChunk(own, layer, rows, part));
      own.fed(rows);
      logits(start, rows, own.tokens() - rows, sink);
    }
    own.endPrompt();
  }

  private void attendChunk(KvMultiState state, int layer, int rows, SetWalk.Part part) {
    rotate(layer, 0, rows, state);
    int walks = state.walks(layer);
    run(walks, walk -> state.advance(layer, walk, work.attentionRows, 0, rows, part, walks == 1));
    if (part.start() + rows == part.length()) {
      state.endLayer(layer);
    }
  }

  /** One walk alone runs here, so that its kernels have the backend's processors to themselves. */
  private void run(int tasks, IntConsumer task) {
    if (tasks == 1) {
      task.accept(0);
    } else {
      kernels.parallel(tasks, task);
    }
  }

  /** Rotates queries and keys of a state's next rows, unless that is done when they are read. */
  private void rotate(int layer, int row, int rows, KvMultiState state) {
    Rope rope = attention.get(layer).rope();
    if (rope == null || state.spec().positions().rotatesAtRead()) {
      return;
    }
    for (int t = 0; t < rows; t++) {
      positions[t] = state.tokens() + t;
    }
    kernels.rope(work.queries, row, rows, queryHeads, rope, positions);
    kernels.rope(work.keys, row, rows, kvHeads, rope, positions);
  }

  private void logits(int start, int rows, long position, LogitsSink sink) {
    boolean normed = false;
    int row = 0;
    while (row < rows) {
      int count = 0;
      while (row + count < rows && count < work.logits.rows() && sink.wants(start + row + count)) {
        count++;
      }
      if (count == 0) {
        row++;
        continue;
      }
      if (!normed) {
        decoder.outputNorm(rows, work);
        normed = true;
      }
      decoder.logits(row, count, work);
      for (int t = 0; t < count; t++) {
        readLogits(t, position + row + t, logits);
        sink.accept(start + row + t, logits);
      }
      row += count;
    }
  }

  private void readLogits(int row, long position, float[] into) {
    kernels.read(work.logits, row, info.vocabulary(), into);
    float most = 0;
    for (float logit : into) {
      most = Math.max(most, Math.abs(logit)); // NaN as soon as one is; waits less than a sum
    }
    if (!Float.isFinite(most)) {
      throw new NonFiniteException(
          "a logit at position "
              + position
              + " is not finite: look for NaN in the weights of "
              + info.name());
    }
  }

  private void room(int rows) {
    if (work.rows < rows) {
      int before = work.rows;
      work.close(); // before the larger one is made: both may not fit
      try {
        work = new Workspace(info, backend, rows);
      } catch (RuntimeException e) {
        work = new Workspace(info, backend, before);
        throw e;
      }
      positions = new double[rows];
    }
  }

  private KvMultiState own(MultiState state) {
    demandOpen();
    if (!(state instanceof KvMultiState own)) {
      throw new IllegalArgumentException("this multi-state was not started by msrnn-core");
    }
    own.demandOpen(this);
    return own;
  }

  private void demandToken(int token) {
    if (token < 0 || token >= info.vocabulary()) {
      throw new InvalidOptionException(
          "token", Integer.toString(token), "0 to " + (info.vocabulary() - 1));
    }
  }

  private void demandOpen() {
    if (closed) {
      throw new IllegalStateException("this model is closed");
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      work.close();
      decoder.close();
    }
  }
}

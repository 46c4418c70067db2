package org.msrnn.core.decoder;

import org.msrnn.api.ModelInfo;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Buffer;
import org.msrnn.core.state.SetWalk;

/** Activations of up to so many rows. Reused from step to step. */
final class Workspace implements AutoCloseable {
  private static final long MOST_LOGITS = 1L << 24; // 64 MiB of float32

  final int rows;
  final Buffer stream;
  final Buffer normed;
  final Buffer queries;
  final Buffer keys;
  final Buffer values;
  final Buffer attended;
  final Buffer update;
  final Buffer gate;
  final Buffer up;
  final Buffer logits;
  final SetWalk.Rows attentionRows;

  Workspace(ModelInfo info, Backend backend, int rows) {
    this.rows = rows;
    int queryWidth = info.queryHeads() * info.headSize();
    int kvWidth = info.kvHeads() * info.headSize();
    stream = backend.allocate(rows, info.width());
    normed = backend.allocate(rows, info.width());
    queries = backend.allocate(rows, queryWidth);
    keys = backend.allocate(rows, kvWidth);
    values = backend.allocate(rows, kvWidth);
    attended = backend.allocate(rows, queryWidth);
    update = backend.allocate(rows, info.width());
    gate = backend.allocate(rows, info.ffnWidth());
    up = backend.allocate(rows, info.ffnWidth());
    int logitRows = Math.clamp(MOST_LOGITS / info.vocabulary(), 1, rows);
    logits = backend.allocate(logitRows, info.vocabulary());
    attentionRows = new SetWalk.Rows(new int[rows], queries, keys, values, attended);
  }

  @Override
  public void close() {
    for (Buffer buffer :
        new Buffer[] {stream, normed, queries, keys, values, attended, update, gate, up, logits}) {
      buffer.close();
    }
  }
}

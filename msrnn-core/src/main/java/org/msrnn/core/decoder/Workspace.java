package org.msrnn.core.decoder;

import java.util.ArrayList;
import java.util.List;
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
  private final List<Buffer> buffers = new ArrayList<>();

  /** All of it, or nothing if the backend has not the memory. */
  Workspace(ModelInfo info, Backend backend, int rows) {
    this.rows = rows;
    int queryWidth = info.queryHeads() * info.headSize();
    int kvWidth = info.kvHeads() * info.headSize();
    try {
      stream = allocate(backend, rows, info.width());
      normed = allocate(backend, rows, info.width());
      queries = allocate(backend, rows, queryWidth);
      keys = allocate(backend, rows, kvWidth);
      values = allocate(backend, rows, kvWidth);
      attended = allocate(backend, rows, queryWidth);
      update = allocate(backend, rows, info.width());
      gate = allocate(backend, rows, info.ffnWidth());
      up = allocate(backend, rows, info.ffnWidth());
      int logitRows = Math.clamp(MOST_LOGITS / info.vocabulary(), 1, rows);
      logits = allocate(backend, logitRows, info.vocabulary());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    attentionRows = new SetWalk.Rows(new int[rows], queries, keys, values, attended);
  }

  private Buffer allocate(Backend backend, int height, int width) {
    Buffer buffer = backend.allocate(height, width);
    buffers.add(buffer);
    return buffer;
  }

  @Override
  public void close() {
    buffers.forEach(Buffer::close);
  }
}

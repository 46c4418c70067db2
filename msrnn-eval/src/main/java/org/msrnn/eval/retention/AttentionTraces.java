package org.msrnn.eval.retention;

import java.nio.IntBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.msrnn.api.Msrnn;
import org.msrnn.api.backend.KvType;

/**
 * Traces of the full model, the last used of which are kept: what many policies and state sizes are
 * held against is computed once. Not thread-safe.
 */
public final class AttentionTraces {
  /** The share of Java's memory that traces kept for later may take. */
  private static final int SHARE = 4;

  private final Msrnn msrnn;
  private final long most;
  private final Map<Key, AttentionTrace> known = new LinkedHashMap<>(16, 0.75f, true);

  private record Key(KvType storage, IntBuffer ids) {}

  /** Nothing known. */
  public AttentionTraces(Msrnn msrnn) {
    this(msrnn, Runtime.getRuntime().maxMemory() / SHARE);
  }

  AttentionTraces(Msrnn msrnn, long most) {
    this.msrnn = msrnn;
    this.most = most;
  }

  /** The trace of these tokens; see {@link AttentionTrace#record}. */
  public AttentionTrace of(KvType storage, int[] ids) {
    Key key = new Key(storage, IntBuffer.wrap(ids.clone()));
    AttentionTrace trace = known.get(key);
    if (trace == null) {
      makeRoom(AttentionTrace.bytes(ids.length, msrnn.model().layers()));
      trace = AttentionTrace.record(msrnn, storage, ids);
      known.put(key, trace);
    }
    return trace;
  }

  /** Lets go of those used longest ago. */
  private void makeRoom(long bytes) {
    var oldest = known.values().iterator();
    long taken = known.values().stream().mapToLong(AttentionTrace::bytes).sum();
    while (taken + bytes > most && oldest.hasNext()) {
      taken -= oldest.next().bytes();
      oldest.remove();
    }
  }
}

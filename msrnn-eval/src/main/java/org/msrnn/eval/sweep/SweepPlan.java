package org.msrnn.eval.sweep;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.eval.task.Generator;
import org.msrnn.eval.task.KeptMap;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.PerplexityTask;
import org.msrnn.eval.task.RetrievalItem;
import org.msrnn.eval.task.RetrievalItems;
import org.msrnn.eval.task.RetrievalTask;
import org.msrnn.eval.task.TextProtocol;
import org.msrnn.eval.task.TokenDocument;
import org.msrnn.eval.task.TokenListener;

/** Lays out the cells of a sweep. An unbounded policy gets one cell an item, not one a state. */
final class SweepPlan {
  private static final int MAP_EVERY = 4;

  private final Machine machine;
  private final SweepOptions options;
  private final List<Setup> setups;

  /**
   * Checks the grid against the model.
   *
   * @throws InvalidOptionException if a policy and a state size of it do not go together
   */
  SweepPlan(Machine machine, SweepOptions options) {
    this.machine = machine;
    this.options = options;
    this.setups = machine.setups(options.policies(), options.states(), options.spec());
  }

  /** The cells, all of an item before the next. */
  List<Cell> cells(List<TokenDocument> documents) {
    List<Cell> cells = new ArrayList<>();
    if (options.tasks().contains(CellId.PERPLEXITY)) {
      for (TokenDocument document : documents) {
        String digest = document.digest();
        setups.forEach(setup -> cells.add(perplexity(document, digest, setup)));
      }
      mapSetups().forEach(setup -> cells.add(keptMap(documents.getFirst(), setup)));
    }
    if (options.tasks().contains(CellId.RETRIEVAL)) {
      for (RetrievalItem item : retrievalItems()) {
        String digest = item.digest();
        setups.forEach(setup -> cells.add(retrieval(item, digest, setup)));
      }
    }
    return cells;
  }

  private Cell perplexity(TokenDocument document, String digest, Setup setup) {
    TextProtocol protocol = options.protocol();
    SortedMap<String, String> own =
        new TreeMap<>(
            Map.of(
                "chunk", orNone(protocol.chunk()),
                "limit", orNone(protocol.limit()),
                "bos", Boolean.toString(protocol.bos()),
                "short-last-chunk", Boolean.toString(protocol.shortLastChunk())));
    CellId id = new CellId(CellId.PERPLEXITY, document.name(), digest, own, setup.settings());
    PerplexityTask task = new PerplexityTask(machine.model().msrnn(), setup.spec(), protocol);
    return new Cell(
        id, () -> CellRecord.of(id, task.run(document, TokenListener.NONE, (sum, total) -> {})));
  }

  private static String orNone(@Nullable Number number) {
    return number == null ? "none" : number.toString();
  }

  private List<RetrievalItem> retrievalItems() {
    SweepOptions.Retrieval asked = options.retrieval();
    var tokenizer = machine.model().tokenizer();
    return new RetrievalItems(
            text -> Generator.prompt(tokenizer, text).length,
            retrievalLength(),
            asked.newTokens(),
            options.spec().seed())
        .items(asked.kinds(), asked.items());
  }

  private int retrievalLength() {
    int length = options.retrieval().length();
    return length == 0 ? machine.model().info().context() : length;
  }

  private Cell retrieval(RetrievalItem item, String digest, Setup setup) {
    int newTokens = options.retrieval().newTokens();
    SortedMap<String, String> own =
        new TreeMap<>(
            Map.of(
                "length", Integer.toString(retrievalLength()),
                "max-new-tokens", Integer.toString(newTokens)));
    CellId id = new CellId(CellId.RETRIEVAL, item.id(), digest, own, setup.settings());
    RetrievalTask task = new RetrievalTask(machine.model(), setup.spec(), newTokens);
    return new Cell(id, () -> CellRecord.of(id, task.run(item)));
  }

  /** One setup a bounded policy: its second-smallest state, where there are two. */
  private List<Setup> mapSetups() {
    if (options.mapTokens() == 0) {
      return List.of();
    }
    Map<String, List<Setup>> byPolicy = new java.util.LinkedHashMap<>();
    for (Setup setup : setups) {
      if (setup.state() != null) {
        byPolicy.computeIfAbsent(setup.policy(), p -> new ArrayList<>()).add(setup);
      }
    }
    return byPolicy.values().stream()
        .map(
            all -> {
              List<Setup> sorted =
                  all.stream().sorted(Comparator.comparingInt(s -> s.spec().states())).toList();
              return sorted.get(Math.min(1, sorted.size() - 1));
            })
        .toList();
  }

  private Cell keptMap(TokenDocument document, Setup setup) {
    int[] ids = document.start(options.protocol(), options.mapTokens());
    SortedMap<String, String> own =
        new TreeMap<>(
            Map.of(
                "bos", Boolean.toString(options.protocol().bos()),
                "every", Integer.toString(MAP_EVERY),
                "tokens", Integer.toString(options.mapTokens())));
    CellId id =
        new CellId(CellId.KEPT_MAP, document.name(), document.digest(), own, setup.settings());
    var msrnn = machine.model().msrnn();
    List<Integer> layers = KeptMap.someLayers(msrnn.model().layers());
    return new Cell(
        id, () -> CellRecord.of(id, KeptMap.record(msrnn, setup.spec(), ids, MAP_EVERY, layers)));
  }
}

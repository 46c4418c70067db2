package org.msrnn.core.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SymbolMergerTest {
  /** The definition: look for the best pair, merge it, start again. */
  private static List<Integer> slowly(List<Integer> ids, PairTable merges) {
    var symbols = new ArrayList<>(ids);
    while (true) {
      int best = -1;
      long bestMerge = SymbolMerger.NONE;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        long merge = merges.find(symbols.get(i), symbols.get(i + 1));
        if ((int) merge >= 0 && (best < 0 || merge >> 32 < bestMerge >> 32)) {
          best = i;
          bestMerge = merge;
        }
      }
      if (best < 0) {
        return symbols;
      }
      symbols.set(best, (int) bestMerge);
      symbols.subList(best + 1, best + 2).clear();
    }
  }

  @Test
  void theHeapDoesWhatTheDefinitionSays() {
    long seed = Long.getLong("msrnn.seed", new Random().nextLong());
    for (int i = 0; i < 3_000; i++) {
      var random = new Random(seed + i);
      int tokens = 2 + random.nextInt(6);
      var table = new PairTable(40);
      for (int rank = 0; rank < 40; rank++) {
        // Few different keys, negative ones too: ties must go to the left.
        table.put(
            random.nextInt(tokens + 10),
            random.nextInt(tokens + 10),
            SymbolMerger.merge(random.nextInt(9) - 4, random.nextInt(tokens + 10)));
      }
      var ids = new ArrayList<Integer>();
      var merger = new SymbolMerger(table);
      merger.add(0, 0); // a use before must not show
      merger.merge();
      merger.clear();
      for (int n = random.nextInt(100); n > 0; n--) {
        merger.add(random.nextInt(tokens), ids.size());
        ids.add(merger.id(ids.size()));
      }
      merger.merge();
      var found = new ArrayList<Integer>();
      int last = -1;
      for (int s = merger.first(); s >= 0; s = merger.next(s)) {
        found.add(merger.id(s));
        assertThat(merger.start(s)).isGreaterThan(last).isEqualTo(s);
        last = merger.start(s);
      }
      assertThat(found).as("-Dmsrnn.seed=%d", seed + i).isEqualTo(slowly(ids, table));
    }
  }

  @Test
  void aTableGrowsAndKeepsWhatItHas() {
    var table = new PairTable(1);
    for (int i = 0; i < 10_000; i++) {
      table.put(i % 100, i, i);
    }
    for (int i = 0; i < 10_000; i++) {
      assertThat(table.find(i % 100, i)).isEqualTo(i);
      assertThat(table.find(i % 100 + 1, i)).isEqualTo(PairTable.NONE);
    }
    assertThat(table.find(-1, 0)).isEqualTo(PairTable.NONE);
    assertThat(table.find(-1, -1)).isEqualTo(PairTable.NONE);
  }

  @Test
  void theFirstMergeOfAPairStays() {
    var table = new PairTable(2);
    table.put(1, 2, SymbolMerger.merge(0, 3));
    table.put(1, 2, SymbolMerger.merge(1, 4));
    assertThat(table.find(1, 2)).isEqualTo(SymbolMerger.merge(0, 3));
    assertThat(table.find(2, 1)).isEqualTo(SymbolMerger.NONE);
  }
}

package org.msrnn.eval.report.page;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.msrnn.eval.report.Summary;
import org.msrnn.eval.report.page.KeptDocument.Kept;
import org.msrnn.eval.report.page.KeptDocument.KeptSet;
import org.msrnn.eval.report.page.KeptDocument.TagLife;
import org.msrnn.eval.retention.RetentionFigures;
import org.msrnn.eval.retention.TextFigures;
import org.msrnn.eval.sweep.CellRecord;
import org.msrnn.eval.sweep.TaskKinds;

/** What a journal says on who kept what, by text; those with words first. */
final class KeptDocuments {
  /** What was fed: a text as one model's tokenizer has it, as far as it went. */
  private record Fed(String item, String digest, String model, int tokens) {
    static Fed of(CellRecord record, int tokens) {
      var cell = record.cell();
      return new Fed(cell.item(), cell.itemDigest(), cell.settings().modelDigest(), tokens);
    }
  }

  private KeptDocuments() {}

  static List<KeptDocument> of(Summary summary) {
    Map<Fed, TextFigures> texts = new LinkedHashMap<>();
    for (CellRecord record : summary.results(TaskKinds.TEXT)) {
      if (record.result() instanceof TextFigures text) {
        texts.put(Fed.of(record, text.pieces().size()), text);
      }
    }
    Map<Fed, List<Kept>> kept = new LinkedHashMap<>();
    for (CellRecord record : summary.results(TaskKinds.RETENTION)) {
      if (record.result() instanceof RetentionFigures figures) {
        kept.computeIfAbsent(Fed.of(record, figures.retention().tokens()), f -> new ArrayList<>())
            .add(kept(summary, record, figures));
      }
    }
    TextFigures none = new TextFigures(List.of(), List.of());
    List<KeptDocument> documents = new ArrayList<>();
    kept.forEach(
        (fed, setups) -> {
          TextFigures text = Objects.requireNonNullElse(texts.get(fed), none);
          // What is looked at first should be a policy at work; without a bound all is held.
          setups.sort(Comparator.comparing(one -> one.state() == null));
          documents.add(new KeptDocument(fed.item, fed.tokens, text.pieces(), text.tags(), setups));
        });
    return documents;
  }

  private static Kept kept(Summary summary, CellRecord record, RetentionFigures figures) {
    Integer state = record.cell().settings().state();
    return new Kept(summary.policy(record), state, sets(figures), lives(figures));
  }

  private static List<KeptSet> sets(RetentionFigures figures) {
    int tokens = figures.retention().tokens();
    return figures.retention().sets().stream()
        .map(set -> new KeptSet(set.layer(), set.kvHead(), set.keptUntil(tokens)))
        .toList();
  }

  private static List<TagLife> lives(RetentionFigures figures) {
    return figures.lifetimes().byTag().stream()
        .map(group -> new TagLife(group.name(), group.count(), group.mean()))
        .toList();
  }
}

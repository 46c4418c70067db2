package org.msrnn.eval.report.page;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.report.page.KeptDocument.Kept;
import org.msrnn.eval.report.page.KeptDocument.KeptSet;

/** Which tokens are kept: as maps, by part of speech, and on the text itself. */
final class KeptSections {
  /** The name of the data that maps and reader's view share. */
  private static final String KEPT = "kept";

  /** Lives that a page holds, so that it stays a page: about 11 MB of Base64. */
  private static final long MOST_LIVES = 1L << 22;

  private static final int MOST_SHORT = (1 << 16) - 1;

  private KeptSections() {}

  static List<PageSection> of(List<KeptDocument> all) {
    List<PageSection> sections = new ArrayList<>();
    if (all.isEmpty()) {
      return sections;
    }
    List<KeptDocument> documents = thatFit(all);
    long left = setups(all) - setups(documents);
    sections.add(
        new PageSection(KEPT, KEPT, "What is kept", maps(documents, left), data(documents)));
    sections.addAll(TagSection.of(all));
    if (documents.stream().anyMatch(KeptDocument::readable)) {
      sections.add(new PageSection("reader", "reader", "Reader's view", reader(), null));
    }
    return sections;
  }

  private static long setups(List<KeptDocument> documents) {
    return documents.stream().mapToLong(d -> d.setups().size()).sum();
  }

  /** As many of the setups as a page can hold, in the order of the journal. */
  private static List<KeptDocument> thatFit(List<KeptDocument> all) {
    long room = MOST_LIVES;
    List<KeptDocument> fit = new ArrayList<>();
    for (KeptDocument document : all) {
      List<Kept> setups = new ArrayList<>();
      for (Kept kept : document.setups()) {
        if (kept.size() <= room) {
          room -= kept.size();
          setups.add(kept);
        }
      }
      if (!setups.isEmpty()) {
        fit.add(document.with(setups));
      }
    }
    return fit;
  }

  private static String maps(List<KeptDocument> documents, long left) {
    StringBuilder html = new StringBuilder();
    html.append("<p>Across goes the position of a token, down the step. Ink means that the");
    html.append(" token's state is still held at that step; a policy without a bound would fill");
    html.append(" the triangle. With all layers together, darker means held in more of them.");
    if (left > 0) {
      html.append(" The page has no room for ").append(Numbers.count(left));
      html.append(" more setups; the journal holds them.");
    }
    html.append("</p>\n<div class=\"controls\"></div><div class=\"maps\"></div>\n");
    HtmlTable table =
        HtmlTable.sortable(
            "Steps for which states are held, mean over layers; the oldest position still held at"
                + " the end",
            List.of(
                HtmlTable.Column.text("policy"),
                HtmlTable.Column.number("k"),
                HtmlTable.Column.text("text"),
                HtmlTable.Column.number("tokens"),
                HtmlTable.Column.number("mean steps"),
                HtmlTable.Column.number("first token"),
                HtmlTable.Column.number("oldest held")));
    for (KeptDocument document : documents) {
      for (Kept kept : document.setups()) {
        table.row(row(document, kept));
      }
    }
    return html.append("<details><summary>All figures</summary>\n")
        .append(table.html())
        .append("</details>\n")
        .toString();
  }

  private static List<HtmlTable.Cell> row(KeptDocument document, Kept kept) {
    double mean = 0;
    double first = 0;
    double oldest = 0;
    for (KeptSet set : kept.sets()) {
      long lives = 0;
      int before = 0;
      for (int p = 0; p < document.tokens(); p++) {
        lives += set.life(p);
        before += before == p && set.until()[p] < document.tokens() ? 1 : 0;
      }
      mean += (double) lives / document.tokens() / kept.sets().size();
      first += (double) set.life(0) / kept.sets().size();
      oldest += (double) before / kept.sets().size();
    }
    return List.of(
        HtmlTable.Cell.text(kept.policy()),
        HtmlTable.Cell.state(kept.state()),
        HtmlTable.Cell.text(document.item()),
        HtmlTable.Cell.count(document.tokens()),
        HtmlTable.Cell.number(mean, 1),
        HtmlTable.Cell.count(Math.round(first)),
        HtmlTable.Cell.count(Math.round(oldest)));
  }

  private static String reader() {
    return "<p>The text as the model reads it. Choose a moment: shaded tokens are still held, the"
        + " darker, the more layers hold them; tokens without shade have left, pale ones are"
        + " not read yet. Point at a token, or move to it with the arrow keys, to see for"
        + " how many steps each layer held it.</p>\n"
        + "<div class=\"controls\"></div><div class=\"reading\"></div>\n";
  }

  /**
   * {@code {documents: [{item, tokens, bits, pieces, tagNames, tags, setups: [{policy, state, sets:
   * [{layer, head, until}]}]}]}}; numbers of a token each as little-endian integers in Base64.
   */
  private static Map<String, Object> data(List<KeptDocument> documents) {
    List<Object> all = new ArrayList<>();
    for (KeptDocument document : documents) {
      int bits = document.tokens() > MOST_SHORT ? Integer.SIZE : Short.SIZE;
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("item", document.item());
      one.put("tokens", document.tokens());
      one.put("bits", bits);
      if (document.readable()) {
        List<String> names = document.tags().stream().distinct().sorted().toList();
        one.put("pieces", document.pieces());
        one.put("tagNames", names);
        one.put("tags", document.tags().stream().map(names::indexOf).toList());
      }
      one.put("setups", document.setups().stream().map(kept -> setup(kept, bits)).toList());
      all.add(one);
    }
    return Map.of("documents", all);
  }

  private static Map<String, @Nullable Object> setup(Kept kept, int bits) {
    Map<String, @Nullable Object> setup = new LinkedHashMap<>();
    setup.put("policy", kept.policy());
    setup.put("state", kept.state());
    setup.put(
        "sets",
        kept.sets().stream()
            .map(s -> Map.of("layer", s.layer(), "head", s.kvHead(), "until", packed(s, bits)))
            .toList());
    return setup;
  }

  private static String packed(KeptSet set, int bits) {
    ByteBuffer bytes =
        ByteBuffer.allocate(set.until().length * (bits / Byte.SIZE)).order(ByteOrder.LITTLE_ENDIAN);
    for (int until : set.until()) {
      if (bits == Short.SIZE) {
        bytes.putShort((short) until);
      } else {
        bytes.putInt(until);
      }
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}

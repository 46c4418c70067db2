package org.msrnn.eval.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.report.TextTable;
import org.msrnn.eval.task.PerplexityFigures;
import org.msrnn.eval.task.Settings;
import org.msrnn.eval.task.TextProtocol;
import org.msrnn.eval.task.TokenDocument;

/** What {@code msrnn perplexity} found. */
record PerplexityResult(
    Settings settings,
    TextProtocol protocol,
    List<TokenDocument> documents,
    List<PerplexityFigures> figures,
    double seconds) {

  Map<String, Object> json() {
    PerplexityFigures total = PerplexityFigures.total(figures);
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("policy", settings.policy());
    json.put("state", settings.state());
    json.put("regime", settings.regime());
    json.put("positions", settings.positions());
    json.put("granularity", settings.granularity());
    json.put("backend", settings.backend());
    json.put("model", settings.model());
    put(json, total);
    json.put("seconds", Math.round(seconds * 1e3) / 1e3);
    json.put("modelDigest", settings.modelDigest());
    json.put("policyOrigin", settings.policyOrigin());
    json.put("budgets", settings.budgets());
    json.put("storage", settings.storage());
    json.put("seed", settings.seed());
    json.put("version", settings.version());
    json.put("chunk", protocol.chunk());
    json.put("limit", protocol.limit());
    json.put("bos", protocol.bos());
    json.put("shortLastChunk", protocol.shortLastChunk());
    List<Object> each = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put("document", documents.get(i).name());
      put(one, figures.get(i));
      each.add(one);
    }
    json.put("documents", each);
    return JsonNulls.allowed(json);
  }

  private static void put(Map<String, @Nullable Object> json, PerplexityFigures figures) {
    json.put("tokens", figures.tokens());
    json.put("nll", figures.nll());
    json.put("perplexity", figures.perplexity());
    json.put("perplexityAfterState", figures.perplexityAfterState());
    json.put("wordPerplexity", figures.wordPerplexity());
    json.put("bytePerplexity", figures.bytePerplexity());
    json.put("bitsPerCharacter", figures.bitsPerCharacter());
    json.put("peakStates", figures.state().peakStates());
    json.put("stateBytes", figures.state().bytes());
    json.put("reservedBytes", figures.state().reserved());
    json.put("evictions", figures.state().evictions());
    json.put("tokensAfterState", figures.tokensAfterState());
    json.put("words", figures.words());
    json.put("bytes", figures.bytes());
    json.put("characters", figures.characters());
  }

  String text() {
    TextTable table =
        new TextTable(
            "document",
            "tokens",
            "perplexity",
            "after state fills",
            "per word",
            "per byte",
            "bits/character");
    for (int i = 0; i < documents.size(); i++) {
      row(table, documents.get(i).name(), figures.get(i));
    }
    if (documents.size() > 1) {
      row(table, "all", PerplexityFigures.total(figures));
    }
    PerplexityFigures total = PerplexityFigures.total(figures);
    return table
        + "\npolicy "
        + settings.policy()
        + ", state "
        + (settings.state() == null ? "unbounded" : Numbers.count(settings.state()))
        + ", "
        + settings.regime()
        + ", positions "
        + settings.positions()
        + "; at most "
        + Numbers.count(total.state().peakStates())
        + " states a layer, "
        + Numbers.bytes(total.state().bytes())
        + " of keys and values, "
        + Numbers.bytes(total.state().reserved())
        + " reserved\nmodel "
        + settings.model()
        + " on "
        + settings.backend()
        + ", "
        + Numbers.seconds(seconds)
        + " ("
        + Numbers.count(Math.round(total.tokens() / seconds))
        + " tokens/s)";
  }

  private static void row(TextTable table, String name, PerplexityFigures f) {
    table.add(
        name,
        Numbers.count(f.tokens()),
        Numbers.fixed(f.perplexity(), 4),
        Numbers.fixed(f.perplexityAfterState(), 4),
        Numbers.brief(f.wordPerplexity()),
        Numbers.brief(f.bytePerplexity()),
        Numbers.fixed(f.bitsPerCharacter(), 4));
  }
}

package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.ModelInfo;
import org.msrnn.api.backend.KvType;
import org.msrnn.core.chat.ChatFormat;
import org.msrnn.core.format.TensorEntry;
import org.msrnn.core.model.Inspection;
import org.msrnn.core.model.ModelReader;
import org.msrnn.core.tokenizer.Tokenizer;
import org.msrnn.eval.bench.StateMemory;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.report.TextTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code msrnn inspect}. */
@Command(
    name = "inspect",
    description = "What is in a model file, and what state sizes cost with it.")
final class InspectCommand implements Callable<Integer> {
  private static final int SMALLEST_STATE = 64;

  private final Session session;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "A model file. Default: the one of -m, or the bundled model.")
  @Nullable Path file;

  @Option(names = "--tensors", description = "List every tensor.")
  boolean listTensors;

  @Inject
  InspectCommand(Session session) {
    this.session = session;
  }

  /**
   * What k states cost.
   *
   * @param states k, for each layer; one with a sliding window holds no more than that
   * @param fraction of the states of a full cache
   * @param saved the rest of it
   * @param bytes by number format of keys and values
   */
  private record StateCost(int states, double fraction, double saved, Map<KvType, Long> bytes) {
    static StateCost of(int states, ModelInfo info) {
      double fraction =
          (double) StateMemory.bytes(info, KvType.F32, states)
              / StateMemory.bytes(info, KvType.F32, info.context());
      Map<KvType, Long> bytes = new EnumMap<>(KvType.class);
      for (KvType type : KvType.values()) {
        bytes.put(type, StateMemory.bytes(info, type, states));
      }
      return new StateCost(states, fraction, 1 - fraction, bytes);
    }

    long in(KvType type) {
      return bytes.getOrDefault(type, 0L);
    }
  }

  @Override
  public Integer call() {
    Path path = file != null ? file : session.modelFile();
    Inspection inspection = ModelReader.inspect(path);
    List<StateCost> costs = inspection.model().map(InspectCommand::costs).orElse(List.of());
    session.print(json(path, inspection, costs), text(path, inspection, costs));
    return 0;
  }

  /** 64, 128, ... up to the context. */
  private static List<StateCost> costs(ModelInfo info) {
    List<StateCost> costs = new ArrayList<>();
    for (long k = SMALLEST_STATE; k < info.context(); k *= 2) {
      costs.add(StateCost.of((int) k, info));
    }
    costs.add(StateCost.of(info.context(), info));
    return costs;
  }

  private Map<String, Object> json(Path path, Inspection inspection, List<StateCost> costs) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("file", path.toString());
    json.put("format", inspection.format());
    json.put("fileBytes", inspection.fileBytes());
    json.put("model", inspection.model().orElse(null));
    json.put("tokenizer", inspection.tokenizer().map(Tokenizer::kind).orElse(null));
    json.put("chat", chatFormat(inspection).orElse(null));
    json.put("problems", inspection.problems());
    json.put("parameters", parameters(inspection));
    json.put("tensorTypes", types(inspection));
    json.put(
        "stateBytes", inspection.model().map(m -> StateCost.of(1, m).in(KvType.F32)).orElse(null));
    json.put("states", costs);
    json.put("metadata", inspection.metadata());
    json.put(
        "tensors",
        inspection.tensors().stream()
            .map(t -> Map.of("name", t.name(), "type", t.typeName(), "shape", t.shape()))
            .toList());
    return JsonNulls.allowed(json);
  }

  /** The name of the format that the chat template's marks are those of. */
  private static Optional<String> chatFormat(Inspection inspection) {
    return inspection
        .chatTemplate()
        .flatMap(
            template ->
                inspection.tokenizer().flatMap(tokenizer -> ChatFormat.detect(template, tokenizer)))
        .map(ChatFormat::name);
  }

  private static long parameters(Inspection inspection) {
    return inspection.tensors().stream()
        .mapToLong(t -> Math.multiplyExact(t.rows(), t.columns()))
        .sum();
  }

  private static Map<String, Long> types(Inspection inspection) {
    return inspection.tensors().stream()
        .collect(Collectors.groupingBy(TensorEntry::typeName, TreeMap::new, Collectors.counting()));
  }

  private String text(Path path, Inspection inspection, List<StateCost> costs) {
    StringBuilder text = new StringBuilder();
    TextTable facts = new TextTable(2, "file", String.valueOf(path.getFileName()));
    facts.add("format", inspection.format() + ", " + Numbers.bytes(inspection.fileBytes()));
    inspection.model().ifPresent(info -> facts(facts, info));
    facts.add(
        "tensors",
        inspection.tensors().size()
            + " ("
            + types(inspection).entrySet().stream()
                .map(e -> e.getValue() + " " + e.getKey())
                .collect(Collectors.joining(", "))
            + "), "
            + Numbers.count(parameters(inspection))
            + " numbers");
    inspection
        .tokenizer()
        .ifPresent(
            tokenizer ->
                facts.add(
                    "tokenizer",
                    tokenizer.kind() + ", " + Numbers.count(tokenizer.vocabulary()) + " tokens"));
    inspection
        .chatTemplate()
        .ifPresent(
            template ->
                facts.add("chat format", chatFormat(inspection).orElse("of no known format")));
    inspection.metadata().stream()
        .filter(entry -> entry.key().startsWith("tokenizer.ggml."))
        .filter(entry -> !entry.key().endsWith(".merges") && !entry.key().endsWith(".scores"))
        .forEach(entry -> facts.add(entry.key().substring(15), entry.text()));
    inspection.problems().forEach(problem -> facts.add("problem", problem));
    text.append(facts);
    inspection.model().ifPresent(info -> text.append('\n').append(costTable(info, costs)));
    if (listTensors) {
      TextTable tensors = new TextTable(3, "tensor", "type", "shape");
      inspection.tensors().forEach(t -> tensors.add(t.name(), t.typeName(), t.shape().toString()));
      text.append('\n').append(tensors);
    }
    return text.toString();
  }

  private static void facts(TextTable facts, ModelInfo info) {
    facts.add("name", info.name());
    facts.add("family", info.family());
    facts.add("layers", Integer.toString(info.layers()));
    facts.add("width", info.width() + ", feed-forward " + info.ffnWidth());
    facts.add(
        "heads",
        info.queryHeads()
            + " for queries, "
            + info.kvHeads()
            + " for keys and values, of "
            + info.headSize());
    facts.add("vocabulary", Numbers.count(info.vocabulary()));
    facts.add("context", Numbers.count(info.context()));
    windows(info).ifPresent(text -> facts.add("sliding windows", text));
    long one = StateCost.of(1, info).in(KvType.F32);
    facts.add(
        "one token",
        Numbers.bytes(one)
            + " of keys and values in F32, "
            + Numbers.bytes(one / info.layers())
            + " a layer");
  }

  /** {@code 4,096 in 16 of 32 layers}. */
  private static Optional<String> windows(ModelInfo info) {
    List<Integer> sliding = info.windows().stream().filter(window -> window > 0).toList();
    return sliding.isEmpty()
        ? Optional.empty()
        : Optional.of(
            sliding.stream().distinct().map(Numbers::count).collect(Collectors.joining(" and "))
                + " in "
                + sliding.size()
                + " of "
                + info.layers()
                + " layers");
  }

  private static TextTable costTable(ModelInfo info, List<StateCost> costs) {
    TextTable table =
        new TextTable("states a layer", "of full", "saved", "memory F32", "F16, BF16", "Q8_0");
    for (StateCost cost : costs) {
      table.add(
          Numbers.count(cost.states()) + (cost.states() == info.context() ? " (full)" : ""),
          Numbers.fixed(100 * cost.fraction(), 1) + " %",
          Numbers.fixed(100 * cost.saved(), 1) + " %",
          Numbers.bytes(cost.in(KvType.F32)),
          Numbers.bytes(cost.in(KvType.F16)),
          Numbers.bytes(cost.in(KvType.Q8_0)));
    }
    return table;
  }
}

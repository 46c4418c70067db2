package org.msrnn.core.format;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a Hugging Face folder says of tokens outside its {@code tokenizer.json}: the chat template,
 * the ids of the tokens that begin and end a text.
 */
final class HfTokenizerConfig {
  private static final int MAX_FILE = 32 << 20;

  /** A template is looked at to tell the chat format: its beginning is enough. */
  private static final int MAX_TEMPLATE = 1 << 20;

  private static final String TEMPLATE = "chat_template";
  private static final String EOS = "eos_token_id";
  private static final String BOS = "bos_token_id";
  private static final Set<String> WANTED = Set.of(TEMPLATE, "add_bos_token", "add_eos_token");

  private final Path folder;
  private final ModelParts parts;
  private final GgufKeys keys;

  private HfTokenizerConfig(Path folder, ModelParts parts, GgufKeys keys) {
    this.folder = folder;
    this.parts = parts;
    this.keys = keys;
  }

  /** Puts the keys, reading the files that are there. */
  static void put(Path folder, HfConfig config, ModelParts parts, GgufKeys keys) {
    var tokens = new HfTokenizerConfig(folder, parts, keys);
    tokens.ids(config);
    Optional<HfConfig> own = tokens.read("tokenizer_config.json", WANTED);
    own.ifPresent(tokens::additions);
    tokens
        .templateFile()
        .or(() -> own.flatMap(HfTokenizerConfig::template))
        .ifPresent(
            text ->
                keys.text(
                    "tokenizer.chat_template",
                    text.substring(0, Math.min(text.length(), MAX_TEMPLATE))));
  }

  private Optional<HfConfig> read(String name, Set<String> wanted) {
    Path file = folder.resolve(name);
    return Files.exists(file)
        ? Optional.of(HfConfig.read(parts.open(file), MAX_FILE, wanted::contains))
        : Optional.empty();
  }

  private void additions(HfConfig own) {
    for (String name : List.of("add_bos_token", "add_eos_token")) {
      if (own.has(name)) {
        keys.flag("tokenizer.ggml." + name, own.flag(name, false));
      }
    }
  }

  /** The ids of the config; those that end a text are also in {@code generation_config.json}. */
  private void ids(HfConfig config) {
    List<Integer> bos = ids(config, BOS);
    if (!bos.isEmpty()) {
      keys.count("tokenizer.ggml." + BOS, bos.getFirst());
    }
    List<Integer> eos = ids(config, EOS);
    var ends = new TreeSet<>(eos);
    read("generation_config.json", Set.of(EOS)).ifPresent(own -> ends.addAll(ids(own, EOS)));
    if (!ends.isEmpty()) {
      keys.count("tokenizer.ggml." + EOS, eos.isEmpty() ? ends.first() : eos.getFirst());
    }
    if (ends.size() > 1) {
      keys.integers("tokenizer.ggml.eos_token_ids", List.copyOf(ends));
    }
  }

  /** One id or a list of them. */
  private static List<Integer> ids(HfConfig config, String name) {
    if (!config.has(name)) {
      return List.of();
    }
    if (!config.isList(name)) {
      return List.of(config.whole(name, 0, Integer.MAX_VALUE, 0));
    }
    return config.list(name).orElseThrow().stream()
        .map(
            id -> {
              if (id instanceof Long number && number >= 0 && number <= Integer.MAX_VALUE) {
                return number.intValue();
              }
              throw config.fault(name, "token ids");
            })
        .toList();
  }

  private Optional<String> templateFile() {
    Path file = folder.resolve("chat_template.jinja");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Cursor cursor = parts.open(file);
    int size = (int) Math.min(cursor.size(), MAX_TEMPLATE);
    return Optional.of(new String(cursor.bytes(size, TEMPLATE), StandardCharsets.UTF_8));
  }

  /** A text, or the one named {@code default} of a list, or else its first. */
  private static Optional<String> template(HfConfig own) {
    if (!own.isList(TEMPLATE)) {
      return own.text(TEMPLATE);
    }
    Optional<String> first = Optional.empty();
    for (Object entry : own.list(TEMPLATE).orElseThrow()) {
      if (!(entry instanceof Map<?, ?> named) || !(named.get("template") instanceof String text)) {
        throw own.fault(TEMPLATE, "a string, or objects with name and template");
      }
      if ("default".equals(named.get("name"))) {
        return Optional.of(text);
      }
      first = first.or(() -> Optional.of(text));
    }
    return first;
  }
}

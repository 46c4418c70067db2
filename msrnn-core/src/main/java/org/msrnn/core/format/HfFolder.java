package org.msrnn.core.format;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;
import org.msrnn.api.ModelFileException;
import org.msrnn.api.UnsupportedModelException;
import org.msrnn.api.backend.Tensor;
import org.msrnn.core.Progress;

/**
 * A folder as Hugging Face's transformers saves a model: {@code config.json} with {@code
 * model.safetensors}, or with several such files and their {@code model.safetensors.index.json}.
 * Kinds: llama, mistral, qwen2, qwen3, gemma2, gemma3 (the text part), phi3, smollm3, olmo2,
 * granite.
 *
 * <p>It shows the keys and tensors that llama.cpp's conversion writes into a GGUF file. Rows of
 * query and key of llama, smollm3 and granite, and their biases, have the two numbers of a RoPE
 * pair next to each other. The norms of Gemma have the one that the folder leaves out. Llama 3's
 * scaling of RoPE is the tensor {@code rope_freqs.weight}; LongRoPE's is {@code
 * rope_factors_long.weight} and {@code rope_factors_short.weight}. Tied output weights are left
 * out.
 *
 * <p>Keys that say more than the conversion does, because llama.cpp knows it from the architecture
 * alone. ARCH is {@code general.architecture}; a family falls back on its own rule where the key is
 * missing:
 *
 * <ul>
 *   <li>{@code ARCH.attention.sliding_window} with {@code ARCH.attention.sliding_window_pattern},
 *       an array of bools, true for each layer that has the window. Both or neither are there;
 *       neither means no window in any layer. A query sees as many states as the window says, its
 *       own among them.
 *   <li>{@code smollm3.rope.no_rope_layers}, an array of bools, true for each layer without RoPE.
 *   <li>{@code gemma3.rope.freq_base_swa}, the base of RoPE in layers with a window. {@code
 *       gemma3.rope.scaling.*} is of the others alone.
 *   <li>{@code gemma2.attention.scale}, {@code gemma3.attention.scale}: what scores are multiplied
 *       by.
 *   <li>{@code gemma2.attn_logit_softcapping} and {@code final_logit_softcapping}, 0 where there is
 *       no cap.
 *   <li>{@code ARCH.rope.scaling.attn_factor}: a factor on top of YaRN's own magnitude, 1 + 0.1 ln
 *       {@code scaling.factor}; and, with LongRoPE, the magnitude itself. Missing means 1.
 *   <li>{@code ARCH.rope.scaling.yarn_beta_fast} and {@code yarn_beta_slow}, where they are given.
 *   <li>{@code tokenizer.ggml.eos_token_ids}, an array of i32: all tokens that end a text, where
 *       there are several.
 * </ul>
 *
 * <p>{@code granite.logit_scale} is what logits are divided by, as in GGUF.
 *
 * <p>The digest is that of the contents of {@code config.json}, {@code generation_config.json},
 * {@code tokenizer_config.json}, {@code chat_template.jinja}, {@code tokenizer.json} and of the
 * index as far as they are there, and of the files of weights by name, in this order. While a
 * folder is opened, memory stays below 8 times the bytes read so far plus 1 MiB.
 */
public final class HfFolder implements ModelFile {
  static final String CONFIG = "config.json";

  private static final String WEIGHTS = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final int MAX_CONFIG = 4 << 20;

  private final Path folder;
  private final ModelParts parts;
  private final int files;
  private final Metadata metadata;
  private final SequencedMap<String, HfTensor> tensors;
  private final Optional<Path> tokenizer;

  private HfFolder(
      Path folder,
      ModelParts parts,
      int files,
      Metadata metadata,
      SequencedMap<String, HfTensor> tensors,
      Optional<Path> tokenizer) {
    this.folder = folder;
    this.parts = parts;
    this.files = files;
    this.metadata = metadata;
    this.tensors = tensors;
    this.tokenizer = tokenizer;
  }

  /**
   * Reads and checks everything but the weights.
   *
   * @param path the folder, or a file in it
   * @throws ModelFileException if a file is missing, unreadable or damaged
   * @throws UnsupportedModelException if the config asks for something that msrnn lacks
   */
  public static HfFolder open(Path path) {
    Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    Path start = folder == null ? path : folder;
    var parts = new ModelParts(start, Opener.FILES);
    try {
      return open(start, parts);
    } catch (Throwable e) {
      parts.close();
      throw e;
    }
  }

  private static HfFolder open(Path folder, ModelParts parts) {
    requireConfig(folder);
    HfConfig all = HfConfig.read(parts.open(folder.resolve(CONFIG)), MAX_CONFIG, name -> true);
    Optional<HfConfig> text = all.object("text_config");
    HfConfig config = text.orElse(all);
    HfArchitecture architecture = HfArchitecture.of(config);
    var keys = new GgufKeys();
    Map<String, float[]> computed = HfMetadata.put(folder, config, architecture, keys);
    HfTokenizerConfig.put(folder, all, parts, keys);
    Optional<Path> tokenizer = Optional.of(folder.resolve(TOKENIZER)).filter(Files::exists);
    tokenizer.ifPresent(parts::open);
    var stored = new LinkedHashMap<String, StoredTensor>();
    int files = weights(folder, parts, stored);
    var metadata = new Metadata(folder.resolve(CONFIG), keys.values());
    return new HfFolder(
        folder,
        parts,
        files,
        metadata,
        HfTensors.of(
            config,
            architecture,
            metadata.integer(architecture.gguf() + ".attention.key_length", 1, Integer.MAX_VALUE),
            text.isPresent() ? HfTensors.ofText(stored) : stored,
            computed),
        tokenizer);
  }

  private static void requireConfig(Path folder) {
    if (Files.exists(folder.resolve(CONFIG))) {
      return;
    }
    throw new ModelFileException(
        folder,
        -1,
        CONFIG,
        "missing",
        "a folder with "
            + CONFIG
            + " and "
            + WEIGHTS
            + (has(folder, "*.gguf") ? "; for a GGUF file name the file itself" : ""));
  }

  private static boolean has(Path folder, String pattern) {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, pattern)) {
      return found.iterator().hasNext();
    } catch (IOException e) {
      throw ModelParts.unreadable(folder, e);
    }
  }

  /** Opens the files of weights; how many there are. */
  private static int weights(
      Path folder, ModelParts parts, SequencedMap<String, StoredTensor> stored) {
    if (Files.exists(folder.resolve(WEIGHTS))) {
      add(parts.open(folder.resolve(WEIGHTS)), stored);
      return 1;
    }
    if (!Files.exists(folder.resolve(INDEX))) {
      throw noWeights(folder);
    }
    SafetensorsIndex index = SafetensorsIndex.read(parts.open(folder.resolve(INDEX)));
    for (String name : index.fileNames()) {
      add(parts.open(folder.resolve(name)), stored);
    }
    index.check(stored);
    return index.fileNames().size();
  }

  private static RuntimeException noWeights(Path folder) {
    for (String pattern : List.of("*.bin", "*.pt", "*.pth", "*.ckpt")) {
      if (has(folder, pattern)) {
        return new UnsupportedModelException(
            folder
                + " has weights as pickle files ("
                + pattern
                + ") alone: msrnn reads safetensors; pickle files can run code");
      }
    }
    return new ModelFileException(folder, -1, WEIGHTS, "missing", WEIGHTS + " or " + INDEX);
  }

  private static void add(Cursor file, SequencedMap<String, StoredTensor> stored) {
    for (TensorEntry entry : new SafetensorsReader(file).read()) {
      StoredTensor other = stored.putIfAbsent(entry.name(), new StoredTensor(entry, file));
      if (other != null) {
        throw file.fault(
            entry.offset(),
            Printable.of(entry.name()),
            "here and in " + other.file().file().getFileName(),
            "each tensor in one file");
      }
    }
  }

  @Override
  public Path path() {
    return folder;
  }

  @Override
  public String format() {
    return "safetensors" + (files == 1 ? "" : " in " + files + " files");
  }

  @Override
  public Metadata metadata() {
    return metadata;
  }

  @Override
  public Optional<Path> tokenizerJson() {
    return tokenizer;
  }

  @Override
  public long fileBytes() {
    return parts.bytes();
  }

  @Override
  public List<TensorEntry> tensors() {
    var entries = new ArrayList<TensorEntry>(tensors.size());
    tensors.sequencedValues().forEach(tensor -> entries.add(tensor.entry()));
    return Collections.unmodifiableList(entries);
  }

  @Override
  public Set<String> tensorNames() {
    return Collections.unmodifiableSet(tensors.sequencedKeySet());
  }

  @Override
  public Optional<TensorEntry> entry(String name) {
    return Optional.ofNullable(tensors.get(name)).map(HfTensor::entry);
  }

  @Override
  public void startReading(Progress progress) {
    parts.startReading(tensors.values().stream().mapToLong(HfTensor::storedBytes).sum(), progress);
  }

  @Override
  public Tensor tensor(String name, RowOrder order) {
    HfTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new ModelFileException(folder, -1, name, "missing", "a tensor of this name");
    }
    return tensor.tensor(parts, order);
  }

  @Override
  public Supplier<String> digest() {
    return parts.digest();
  }

  @Override
  public void close() {
    parts.close();
  }
}

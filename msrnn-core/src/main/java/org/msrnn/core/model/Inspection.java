package org.msrnn.core.model;

import java.util.List;
import java.util.Optional;
import org.msrnn.api.ModelInfo;
import org.msrnn.core.format.MetadataEntry;
import org.msrnn.core.format.TensorEntry;
import org.msrnn.core.tokenizer.Tokenizer;

/**
 * What is in a model file, without its weights.
 *
 * @param format the file format and its version: {@code GGUF 3}
 * @param fileBytes size of the file
 * @param metadata all entries, in the order of the file
 * @param tensors all tensors, in the order of the file
 * @param model the model in figures, where msrnn can run it
 * @param tokenizer the vocabulary, where msrnn can read it
 * @param chatTemplate the template that the file carries: text to look at, never run
 * @param problems why msrnn cannot run it, or cannot read its vocabulary; empty where it can both
 */
public record Inspection(
    String format,
    long fileBytes,
    List<MetadataEntry> metadata,
    List<TensorEntry> tensors,
    Optional<ModelInfo> model,
    Optional<Tokenizer> tokenizer,
    Optional<String> chatTemplate,
    List<String> problems) {}

package org.msrnn.core.chat;

import java.util.List;
import java.util.Optional;
import org.msrnn.core.tokenizer.Tokenizer;

/**
 * The formats as data, from the templates that the models' authors publish. No format adds a system
 * prompt that nobody gave, except {@code alpaca}, whose models know no turn without one; templates
 * of Qwen, Granite and Llama 3.1 add a sentence about the model or the date.
 */
final class ChatFormats {
  /** ChatML: Qwen 2 to 3, Yi, SmolLM, Hermes and many more. */
  private static final ChatFormat CHATML =
      new ChatFormat(
          "chatml",
          List.of("<|im_start|>", "<|im_end|>"),
          "<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n",
          """
          <|im_start|>system
          {system}<|im_end|>
          <|im_start|>user
          {user}<|im_end|>
          <|im_start|>assistant
          """,
          "<|im_end|>\n<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n",
          List.of(),
          false);

  /**
   * Llama 2 chat. Each exchange has BOS and EOS of its own. Meta's template trims the first turn as
   * one text, system prompt and all; here each of the two is trimmed.
   */
  private static final ChatFormat LLAMA2 =
      new ChatFormat(
          "llama2",
          List.of(),
          "{bos}[INST] {user} [/INST]",
          "{bos}[INST] <<SYS>>\n{system}\n<</SYS>>\n\n{user} [/INST]",
          "{eos}{bos}[INST] {user} [/INST]",
          List.of(),
          true);

  /** Llama 3 to 3.3 instruct. */
  private static final ChatFormat LLAMA3 =
      new ChatFormat(
          "llama3",
          List.of("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
          "{bos}<|start_header_id|>user<|end_header_id|>\n\n{user}<|eot_id|>"
              + "<|start_header_id|>assistant<|end_header_id|>\n\n",
          "{bos}<|start_header_id|>system<|end_header_id|>\n\n{system}<|eot_id|>"
              + "<|start_header_id|>user<|end_header_id|>\n\n{user}<|eot_id|>"
              + "<|start_header_id|>assistant<|end_header_id|>\n\n",
          "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n{user}<|eot_id|>"
              + "<|start_header_id|>assistant<|end_header_id|>\n\n",
          List.of(),
          true);

  /**
   * Mistral with control tokens: version 3 (7B Instruct v0.3, Mixtral 8x22B) and its Tekken variant
   * (Nemo). The space that version 3 has after {@code [INST]} is the one that SentencePiece puts
   * before a text; Tekken puts none and has none. The templates put the system prompt before the
   * last turn; a state that remembers has it before the first.
   */
  private static final ChatFormat MISTRAL =
      new ChatFormat(
          "mistral",
          List.of("[INST]", "[/INST]"),
          "{bos}[INST]{user}[/INST]",
          "{bos}[INST]{system}\n\n{user}[/INST]",
          "{eos}[INST]{user}[/INST]",
          List.of(),
          false);

  /**
   * Mistral 7B Instruct v0.1 and v0.2 and Mixtral 8x7B, whose marks are text. The space that
   * version 1 has before {@code [INST]} is SentencePiece's.
   */
  private static final ChatFormat MISTRAL_V1 =
      new ChatFormat(
          "mistral-v1",
          List.of(),
          "{bos}[INST] {user} [/INST]",
          "{bos}[INST] {system}\n\n{user} [/INST]",
          "{eos}[INST] {user} [/INST]",
          List.of(),
          false);

  /** Mistral with a system prompt of its own: version 7 (Large 2411, Small 3). */
  private static final ChatFormat MISTRAL_V7 =
      new ChatFormat(
          "mistral-v7",
          List.of("[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[INST]", "[/INST]"),
          "{bos}[INST]{user}[/INST]",
          "{bos}[SYSTEM_PROMPT]{system}[/SYSTEM_PROMPT][INST]{user}[/INST]",
          "{eos}[INST]{user}[/INST]",
          List.of(),
          false);

  /** Gemma 1 to 3. It has no system role: the prompt begins the first turn, as in Gemma 3's. */
  private static final ChatFormat GEMMA =
      new ChatFormat(
          "gemma",
          List.of("<start_of_turn>", "<end_of_turn>"),
          "{bos}<start_of_turn>user\n{user}<end_of_turn>\n<start_of_turn>model\n",
          "{bos}<start_of_turn>user\n{system}\n\n{user}<end_of_turn>\n<start_of_turn>model\n",
          "<end_of_turn>\n<start_of_turn>user\n{user}<end_of_turn>\n<start_of_turn>model\n",
          List.of(),
          true);

  /**
   * Phi-3, Phi-3.5 and Phi-4-mini. Phi-3's template has a line break after every token, but its
   * tokens swallow the white space behind them, so the model never saw one; Phi-4-mini's has none.
   */
  private static final ChatFormat PHI3 =
      new ChatFormat(
          "phi3",
          List.of("<|system|>", "<|user|>", "<|assistant|>", "<|end|>"),
          "<|user|>{user}<|end|><|assistant|>",
          "<|system|>{system}<|end|><|user|>{user}<|end|><|assistant|>",
          "<|end|><|user|>{user}<|end|><|assistant|>",
          List.of(),
          true);

  /** Granite 3. */
  private static final ChatFormat GRANITE =
      new ChatFormat(
          "granite",
          List.of("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>"),
          """
          <|start_of_role|>user<|end_of_role|>{user}<|end_of_text|>
          <|start_of_role|>assistant<|end_of_role|>\
          """,
          """
          <|start_of_role|>system<|end_of_role|>{system}<|end_of_text|>
          <|start_of_role|>user<|end_of_role|>{user}<|end_of_text|>
          <|start_of_role|>assistant<|end_of_role|>\
          """,
          """
          <|end_of_text|>
          <|start_of_role|>user<|end_of_role|>{user}<|end_of_text|>
          <|start_of_role|>assistant<|end_of_role|>\
          """,
          List.of(),
          false);

  /** Tulu and OLMo 2, whose marks are text. */
  private static final ChatFormat TULU =
      new ChatFormat(
          "tulu",
          List.of(),
          "{bos}<|user|>\n{user}\n<|assistant|>\n",
          "{bos}<|system|>\n{system}\n<|user|>\n{user}\n<|assistant|>\n",
          "{eos}\n<|user|>\n{user}\n<|assistant|>\n",
          List.of("<|user|>"),
          false);

  /** Stanford Alpaca and what was tuned like it, such as MythoLogic; without its input field. */
  private static final ChatFormat ALPACA =
      new ChatFormat(
          "alpaca",
          List.of(),
          "Below is an instruction that describes a task. Write a response that appropriately"
              + " completes the request.\n\n### Instruction:\n{user}\n\n### Response:\n",
          "{system}\n\n### Instruction:\n{user}\n\n### Response:\n",
          "{eos}\n\n### Instruction:\n{user}\n\n### Response:\n",
          List.of("### Instruction:"),
          true);

  /** For models that were trained on no conversation: lines, one after the other. */
  private static final ChatFormat PLAIN =
      new ChatFormat(
          "plain", List.of(), "{user}\n", "{system}\n\n{user}\n", "\n{user}\n", List.of(), false);

  static final List<ChatFormat> ALL =
      List.of(
          ALPACA,
          CHATML,
          GEMMA,
          GRANITE,
          LLAMA2,
          LLAMA3,
          MISTRAL,
          MISTRAL_V1,
          MISTRAL_V7,
          PHI3,
          PLAIN,
          TULU);

  private ChatFormats() {}

  static Optional<ChatFormat> detect(String template, Tokenizer tokenizer) {
    // a template may write a line break as one character or as an escape
    String marks = template.replace("\\n", "\n");
    ChatFormat found = null;
    if (marks.contains("<|im_start|>")) {
      found = marks.contains("<|im_sep|>") ? null : CHATML; // Phi-4's are others
    } else if (marks.contains("<|start_header_id|>")) {
      found = LLAMA3;
    } else if (marks.contains("[INST]")) {
      found = ofInstructions(marks, tokenizer);
    } else if (marks.contains("<start_of_turn>")) {
      found = GEMMA;
    } else if (marks.contains("<|assistant|>") && marks.contains("<|end|>")) {
      found = PHI3;
    } else if (marks.contains("<|user|>\n' + message['content'] + '\n'")) {
      found = TULU;
    } else if (marks.contains("<|start_of_role|>")) {
      found = GRANITE;
    } else if (marks.contains("### Instruction") && !marks.contains("<|EOT|>")) {
      found = ALPACA; // DeepSeek's end with EOT
    }
    return Optional.ofNullable(found);
  }

  private static ChatFormat ofInstructions(String marks, Tokenizer tokenizer) {
    if (marks.contains("[SYSTEM_PROMPT]")) {
      return MISTRAL_V7;
    }
    if (marks.contains("<<SYS>>")) {
      return LLAMA2;
    }
    return tokenizer.special("[INST]").isPresent() ? MISTRAL : MISTRAL_V1;
  }
}

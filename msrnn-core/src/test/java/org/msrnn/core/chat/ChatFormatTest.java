package org.msrnn.core.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.msrnn.api.InvalidOptionException;

class ChatFormatTest {
  private static final String SYSTEM = "You are a helpful assistant";

  /**
   * What the published templates make of system, "Hello", "Hi there", "Who are you", with BOS and
   * with special tokens in brackets.
   */
  static Stream<Arguments> renderings() {
    return Stream.of(
        arguments(
            "chatml",
            """
            ⟦<s>⟧⟦<|im_start|>⟧system
            You are a helpful assistant⟦<|im_end|>⟧
            ⟦<|im_start|>⟧user
            Hello⟦<|im_end|>⟧
            ⟦<|im_start|>⟧assistant
            Hi there⟦<|im_end|>⟧
            ⟦<|im_start|>⟧user
            Who are you⟦<|im_end|>⟧
            ⟦<|im_start|>⟧assistant
            """),
        arguments(
            "llama2",
            "⟦<s>⟧[INST] <<SYS>>\nYou are a helpful assistant\n<</SYS>>\n\nHello [/INST]"
                + "Hi there⟦</s>⟧⟦<s>⟧[INST] Who are you [/INST]"),
        arguments(
            "llama3",
            "⟦<s>⟧⟦<|start_header_id|>⟧system⟦<|end_header_id|>⟧\n\n"
                + "You are a helpful assistant⟦<|eot_id|>⟧"
                + "⟦<|start_header_id|>⟧user⟦<|end_header_id|>⟧\n\nHello⟦<|eot_id|>⟧"
                + "⟦<|start_header_id|>⟧assistant⟦<|end_header_id|>⟧\n\nHi there⟦<|eot_id|>⟧"
                + "⟦<|start_header_id|>⟧user⟦<|end_header_id|>⟧\n\nWho are you⟦<|eot_id|>⟧"
                + "⟦<|start_header_id|>⟧assistant⟦<|end_header_id|>⟧\n\n"),
        arguments(
            "mistral",
            "⟦<s>⟧⟦[INST]⟧You are a helpful assistant\n\nHello⟦[/INST]⟧"
                + "Hi there⟦</s>⟧⟦[INST]⟧Who are you⟦[/INST]⟧"),
        arguments(
            "mistral-v1",
            "⟦<s>⟧[INST] You are a helpful assistant\n\nHello [/INST]"
                + "Hi there⟦</s>⟧[INST] Who are you [/INST]"),
        arguments(
            "mistral-v7",
            "⟦<s>⟧⟦[SYSTEM_PROMPT]⟧You are a helpful assistant⟦[/SYSTEM_PROMPT]⟧"
                + "⟦[INST]⟧Hello⟦[/INST]⟧Hi there⟦</s>⟧⟦[INST]⟧Who are you⟦[/INST]⟧"),
        arguments(
            "gemma",
            """
            ⟦<s>⟧⟦<start_of_turn>⟧user
            You are a helpful assistant

            Hello⟦<end_of_turn>⟧
            ⟦<start_of_turn>⟧model
            Hi there⟦<end_of_turn>⟧
            ⟦<start_of_turn>⟧user
            Who are you⟦<end_of_turn>⟧
            ⟦<start_of_turn>⟧model
            """),
        arguments(
            "phi3",
            "⟦<s>⟧⟦<|system|>⟧You are a helpful assistant⟦<|end|>⟧⟦<|user|>⟧Hello⟦<|end|>⟧"
                + "⟦<|assistant|>⟧Hi there⟦<|end|>⟧⟦<|user|>⟧Who are you⟦<|end|>⟧"
                + "⟦<|assistant|>⟧"),
        arguments(
            "granite",
            """
            ⟦<s>⟧⟦<|start_of_role|>⟧system⟦<|end_of_role|>⟧You are a helpful assistant⟦<|end_of_text|>⟧
            ⟦<|start_of_role|>⟧user⟦<|end_of_role|>⟧Hello⟦<|end_of_text|>⟧
            ⟦<|start_of_role|>⟧assistant⟦<|end_of_role|>⟧Hi there⟦<|end_of_text|>⟧
            ⟦<|start_of_role|>⟧user⟦<|end_of_role|>⟧Who are you⟦<|end_of_text|>⟧
            ⟦<|start_of_role|>⟧assistant⟦<|end_of_role|>⟧\
            """),
        arguments(
            "tulu",
            """
            ⟦<s>⟧<|system|>
            You are a helpful assistant
            <|user|>
            Hello
            <|assistant|>
            Hi there⟦</s>⟧
            <|user|>
            Who are you
            <|assistant|>
            """),
        arguments(
            "alpaca",
            """
            ⟦<s>⟧You are a helpful assistant

            ### Instruction:
            Hello

            ### Response:
            Hi there⟦</s>⟧

            ### Instruction:
            Who are you

            ### Response:
            """),
        arguments("plain", "⟦<s>⟧You are a helpful assistant\n\nHello\nHi there\nWho are you\n"));
  }

  private static LetterTokenizer tokenizer(ChatFormat format) {
    return LetterTokenizer.with(format.tokens());
  }

  private static int[] conversation(
      ChatFormat format, LetterTokenizer tokenizer, @Nullable String system, List<String> turns) {
    IntStream all = IntStream.empty();
    for (int i = 0; i < turns.size(); i++) {
      String said = turns.get(i);
      int[] tokens;
      if (i == 0) {
        tokens = format.first(tokenizer, system, said);
      } else {
        tokens = i % 2 == 0 ? format.next(tokenizer, said) : tokenizer.encode(said);
      }
      all = IntStream.concat(all, Arrays.stream(tokens));
    }
    return all.toArray();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("renderings")
  void turnByTurnIsTheWholeConversation(String name, String expected) {
    ChatFormat format = ChatFormat.named(name);
    LetterTokenizer tokenizer = tokenizer(format);

    assertThat(
            tokenizer.shown(
                conversation(
                    format, tokenizer, SYSTEM, List.of("Hello", "Hi there", "Who are you"))))
        .isEqualTo(expected);
  }

  @Test
  void everyFormatHasARendering() {
    assertThat(renderings().map(a -> (String) a.get()[0]))
        .containsExactlyInAnyOrderElementsOf(ChatFormat.names());
  }

  /**
   * Whatever is said, it is put in whole where the template has it, and no part of it is special.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("renderings")
  void whatIsSaidStaysText(String name, String rendering) {
    ChatFormat format = ChatFormat.named(name);
    LetterTokenizer tokenizer = tokenizer(format);
    List<String> marks =
        new ArrayList<>(List.of("{user}", "{system}", "{bos}", "{eos}", "[/INST]", "</s>", "\n"));
    marks.addAll(format.tokens());
    long seed = 99;
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      String system = said(random, marks);
      String hello = said(random, marks);
      String answer = said(random, marks);
      String who = said(random, marks);
      String expected =
          rendering
              .replace("Who are you", "\u0003")
              .replace("Hi there", "\u0002")
              .replace("Hello", "\u0001")
              .replace(SYSTEM, system)
              .replace("\u0001", hello)
              .replace("\u0002", answer)
              .replace("\u0003", who);
      assertThat(
              tokenizer.shown(conversation(format, tokenizer, system, List.of(hello, answer, who))))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(expected);
    }
  }

  private static String said(Random random, List<String> marks) {
    StringBuilder text = new StringBuilder("a");
    for (int i = random.nextInt(6); i > 0; i--) {
      text.append(marks.get(random.nextInt(marks.size()))).append((char) random.nextInt(0xd800));
    }
    return text.append("z").toString();
  }

  @Test
  void withoutASystemPromptTheFirstTurnIsTheUsers() {
    assertThat(first("chatml"))
        .isEqualTo("⟦<|im_start|>⟧user\nHi⟦<|im_end|>⟧\n⟦<|im_start|>⟧assistant\n");
    assertThat(first("llama2")).isEqualTo("⟦<s>⟧[INST] Hi [/INST]");
    assertThat(first("gemma"))
        .isEqualTo("⟦<s>⟧⟦<start_of_turn>⟧user\nHi⟦<end_of_turn>⟧\n⟦<start_of_turn>⟧model\n");
    assertThat(first("mistral-v7")).isEqualTo("⟦<s>⟧⟦[INST]⟧Hi⟦[/INST]⟧");
    assertThat(first("plain")).isEqualTo("Hi\n");
    assertThat(first("alpaca"))
        .startsWith("Below is an instruction")
        .endsWith("\n\n### Instruction:\nHi\n\n### Response:\n");
  }

  /** With a model that adds no BOS by itself: where the template has one, it comes all the same. */
  private static String first(String name) {
    ChatFormat format = ChatFormat.named(name);
    LetterTokenizer with = tokenizer(format);
    LetterTokenizer tokenizer = new LetterTokenizer(with.specials(), false, false);
    return tokenizer.shown(format.first(tokenizer, null, "Hi"));
  }

  /** Version 3 of Mistral has a space behind its tokens where SentencePiece puts one. */
  @Test
  void mistralsSpacesAreTheTokenizers() {
    ChatFormat format = ChatFormat.named("mistral");
    LetterTokenizer with = tokenizer(format);
    LetterTokenizer pieces = new LetterTokenizer(with.specials(), true, true);

    assertThat(pieces.shown(format.first(pieces, null, "Hi")))
        .isEqualTo("⟦<s>⟧⟦[INST]⟧ Hi⟦[/INST]⟧");
    ChatFormat text = ChatFormat.named("mistral-v1");
    assertThat(pieces.shown(text.next(pieces, "Hi"))).isEqualTo("⟦</s>⟧ [INST] Hi [/INST]");
  }

  @Test
  void trimmedWhereTheTemplateTrims() {
    for (String name : ChatFormat.names()) {
      ChatFormat format = ChatFormat.named(name);
      LetterTokenizer tokenizer = tokenizer(format);
      String turn = tokenizer.shown(format.next(tokenizer, "  Hi \n"));
      assertThat(turn.contains("  Hi \n")).as(name).isEqualTo(!format.trims());
    }
    assertThat(ChatFormat.named("llama3").trims()).isTrue();
    assertThat(ChatFormat.named("chatml").trims()).isFalse();
  }

  @Test
  void tokensOfTheSystemPromptAreThoseBeforeTheUsersWord() {
    for (String name : ChatFormat.names()) {
      ChatFormat format = ChatFormat.named(name);
      LetterTokenizer tokenizer = tokenizer(format);
      int count = format.systemTokens(tokenizer, SYSTEM);
      String before =
          tokenizer.shown(
              Arrays.copyOf(format.first(tokenizer, SYSTEM, "\u0001\u0002"), count + 1));
      assertThat(before).as(name).contains(SYSTEM).endsWith("\u0001");
    }
  }

  @Test
  void anAnswerEndsWithTheModelsTokenOrTheFormats() {
    ChatFormat format = ChatFormat.named("chatml");
    LetterTokenizer tokenizer = tokenizer(format);

    assertThat(format.ends(tokenizer, tokenizer.special("<|im_end|>").orElseThrow())).isTrue();
    assertThat(format.ends(tokenizer, tokenizer.eos().orElseThrow())).isTrue();
    assertThat(format.ends(tokenizer, tokenizer.special("<|im_start|>").orElseThrow())).isFalse();
    assertThat(format.ends(tokenizer, 'a')).isFalse();
  }

  @Test
  void aModelWithoutTheTokensIsToldWhichOneItLacks() {
    ChatFormat format = ChatFormat.named("chatml");
    LetterTokenizer lacks = LetterTokenizer.with(List.of("<|im_start|>"));

    assertThatThrownBy(() -> format.first(lacks, null, "Hi"))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageStartingWith("the chat format chatml needs the token <|im_end|>, which");
    LetterTokenizer noEos = new LetterTokenizer(List.of(), false, false);
    assertThatThrownBy(() -> ChatFormat.named("llama2").next(noEos, "Hi"))
        .hasMessageContaining("llama2 needs an EOS token");
    assertThatThrownBy(() -> ChatFormat.named("nix"))
        .hasMessage(
            "chat is 'nix', allowed is alpaca, chatml, gemma, granite, llama2, llama3, mistral,"
                + " mistral-v1, mistral-v7, phi3, plain, tulu");
  }

  @Test
  void formatsAreToldByTheirMarks() {
    assertThat(detected("{{'<|im_start|>' + message['role']}}")).isEqualTo("chatml");
    assertThat(detected("'<|im_start|>user<|im_sep|>'")).isEqualTo("none");
    assertThat(detected("'<|start_header_id|>' + message['role']")).isEqualTo("llama3");
    assertThat(detected("'[INST] <<SYS>>\\n' + system")).isEqualTo("llama2");
    assertThat(detected("'[INST] ' + message['content'] + ' [/INST]'")).isEqualTo("mistral-v1");
    assertThat(detected("\"[INST]\" + content + \"[/INST]\"", "[INST]", "[/INST]"))
        .isEqualTo("mistral");
    assertThat(detected("'[SYSTEM_PROMPT] ' '[INST] '", "[INST]")).isEqualTo("mistral-v7");
    assertThat(detected("'<start_of_turn>' + role")).isEqualTo("gemma");
    assertThat(detected("'<|user|>\\n' + c + '<|end|>\\n<|assistant|>\\n'")).isEqualTo("phi3");
    assertThat(detected("'<|user|>\\n' + message['content'] + '\\n'")).isEqualTo("tulu");
    assertThat(detected("'<|user|>\n' + message['content'] + '\n'")).isEqualTo("tulu");
    assertThat(detected("'<|user|>\\n' + message['content'] + eos_token")).isEqualTo("none");
    assertThat(detected("'<|start_of_role|>user<|end_of_role|>'")).isEqualTo("granite");
    assertThat(detected("'### Instruction:\\n' + c")).isEqualTo("alpaca");
    assertThat(detected("'### Instruction:\\n' + c + '<|EOT|>'")).isEqualTo("none");
    assertThat(detected("")).isEqualTo("none");
  }

  private static String detected(String template, String... tokens) {
    return ChatFormat.detect(template, LetterTokenizer.with(List.of(tokens)))
        .map(ChatFormat::name)
        .orElse("none");
  }
}

package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each bad input is one sentence on standard error, exit code 1 or 2, and nothing on standard
 * output.
 */
class BadInputTest {
  @TempDir static Path folder;

  static Stream<Arguments> badInputs() throws IOException {
    String good = write("good.txt", "A text of some words.".getBytes(StandardCharsets.UTF_8));
    String empty = write("empty.txt", new byte[0]);
    String latin = write("latin.txt", new byte[] {'a', 'b', (byte) 0xe9, 'c'});
    String cut = write("cut.txt", new byte[] {'a', (byte) 0xc3});
    String words = write("ids.json", "[1, 2, \"x\"]".getBytes(StandardCharsets.UTF_8));
    String far = write("far.json", "[1, 2, 4096]".getBytes(StandardCharsets.UTF_8));
    String below = folder.resolve("good.txt").resolve("below").toString();
    return Stream.of(
        bad(2, "no command was given"),
        bad(2, "there is no command 'nix'", "nix"),
        bad(2, "unknown option: '--nix'", "policies", "--nix"),
        bad(1, "none.gguf", "inspect", folder.resolve("none.gguf").toString()),
        bad(1, "good.txt", "inspect", good),
        bad(1, "good.txt", "perplexity", good, "-m", good),
        bad(1, "none.gguf", "generate", "-p", "x", "-m", folder.resolve("none.gguf").toString()),
        bad(1, "there is no such file", "perplexity", folder.resolve("none.txt").toString()),
        bad(1, "it is a folder", "perplexity", folder.toString()),
        bad(1, "empty.txt is empty", "perplexity", empty),
        bad(1, "latin.txt, byte 2: this is not UTF-8", "perplexity", latin),
        bad(1, "cut.txt, byte 1: this is not UTF-8", "perplexity", cut),
        bad(2, "no text was given", "perplexity"),
        bad(2, "choose one of them", "perplexity", good, "--tokens", far),
        bad(1, "line 1, column 8", "perplexity", "--tokens", words),
        bad(1, "id 2: 4096, allowed is 0 to 4095", "perplexity", "--tokens", far),
        bad(2, "does not go with --tokens", "perplexity", "--tokens", far, "--bos"),
        bad(2, "tova, window", "perplexity", good, "--policy", "nix"),
        bad(2, "has no option 'nix'", "perplexity", good, "--policy", "tova:nix=1", "--state", "8"),
        bad(2, "is not understood", "perplexity", good, "--policy", "Tova!", "--state", "8"),
        bad(2, "needs its size", "perplexity", good, "--policy", "tova"),
        bad(2, "state is '0'", "perplexity", good, "--policy", "tova", "--state", "0"),
        bad(2, "state is '-5'", "perplexity", good, "--policy", "tova", "--state", "-5"),
        bad(2, "such as 1/8", "perplexity", good, "--policy", "tova", "--state", "1/0"),
        bad(2, "64", "perplexity", good, "--policy", "window+64", "--state", "64"),
        bad(2, "regime is 'nix'", "perplexity", good, "--regime", "nix"),
        bad(
            2,
            "found are compressed, in-cache, original, relative",
            "perplexity",
            good,
            "--positions",
            "nix"),
        bad(2, "kv is 'f8'", "perplexity", good, "--kv", "f8"),
        bad(2, "backend 'nix'", "perplexity", good, "--backend", "nix"),
        bad(2, "chunk is 'x'", "perplexity", good, "--chunk", "x"),
        bad(2, "limit is 0", "perplexity", good, "--limit", "0"),
        bad(1, "cannot write", "perplexity", good, "--per-token", below),
        bad(2, "-n is 0", "generate", "-p", "x", "-n", "0"),
        bad(2, "temp is -1", "generate", "-p", "x", "--temp", "-1"),
        bad(2, "top-p is 0", "generate", "-p", "x", "--top-p", "0"),
        bad(2, "temp is NaN", "generate", "-p", "x", "--temp", "NaN"),
        bad(2, "temp is Infinity", "generate", "-p", "x", "--temp", "Infinity"),
        bad(2, "top-p is NaN", "generate", "-p", "x", "--top-p", "NaN"),
        bad(2, "top-k is -1", "generate", "-p", "x", "--top-k", "-1"),
        bad(2, "'x' is not an int", "generate", "-p", "x", "--top-k", "x"),
        bad(2, "min-p is -0.1", "generate", "-p", "x", "--min-p", "-0.1"),
        bad(2, "min-p is NaN", "generate", "-p", "x", "--min-p", "NaN"),
        bad(2, "min-p is 2", "generate", "-p", "x", "--min-p", "2"),
        bad(2, "repeat-penalty is 0", "generate", "-p", "x", "--repeat-penalty", "0"),
        bad(2, "repeat-penalty is Inf", "generate", "-p", "x", "--repeat-penalty", "Infinity"),
        bad(2, "repeat-window is 0", "generate", "-p", "x", "--repeat-window", "0"),
        bad(2, "stop is ''", "generate", "-p", "x", "--stop", ""),
        bad(2, "no prompt was given", "generate"),
        bad(2, "-n is 0", "chat", "-n", "0"),
        bad(2, "temp is -1", "chat", "--temp", "-1"),
        bad(2, "stop is ''", "chat", "--stop", "a", "--stop", ""),
        bad(2, "chat is 'nix', allowed is alpaca", "chat", "--chat", "nix"),
        bad(2, "chatml needs the token <|im_start|>", "chat", "--chat", "chatml"),
        bad(2, "--keep-system needs a system prompt", "chat", "--keep-system"),
        bad(2, "both give sinks", "chat", "--keep-system", "--system", "x", "--policy", "tova+3"),
        bad(
            2,
            "has no option 'sinks'",
            "chat",
            "--keep-system",
            "--system",
            "x",
            "--policy",
            "full"),
        bad(2, "never drops", "chat", "--keep-system", "--system", "A tale", "--state", "2"),
        bad(2, "state is 'x'", "chat", "--state", "x"),
        bad(2, "found are compressed, in-cache, original, relative", "chat", "--positions", "nix"),
        bad(1, "none.gguf", "chat", "-m", folder.resolve("none.gguf").toString()),
        bad(1, "standard input is empty", "generate", "-p", "-"),
        bad(2, "tasks is 'nix'", "sweep", "--tasks", "nix"),
        bad(2, "kinds is 'nix'", "sweep", "--kinds", "nix", "--out", below),
        bad(2, "items is 0", "sweep", "--items", "0"),
        bad(2, "found are", "sweep", "--policies", "tova,nix", "--out", below),
        bad(2, "state is 'x'", "sweep", "--states", "64,x", "--out", below),
        bad(2, "qa_1 is made from questions", "sweep", "--kinds", "qa_1", "--out", below),
        bad(2, "max-new is 0", "sweep", "--max-new", "0", "--out", below),
        bad(2, "needle-items is 0", "sweep", "--needle-items", "0", "--out", below),
        bad(2, "needle-depths is 0", "sweep", "--needle-depths", "0", "--needle-lengths", "300"),
        bad(2, "length is 30 tokens", "sweep", "--needle-lengths", "30", "--out", below),
        bad(2, "and with --needle-lengths", "sweep", "--needle", "A bell rang.", "--out", below),
        bad(1, "none.jsonl: there is no such", "sweep", "--ruler", "none.jsonl", "--out", below),
        bad(1, "none.jsonl: there is no such", "sweep", "--questions", "none.jsonl"),
        bad(2, "length is 20", "sweep", "--length", "20", "--out", below),
        bad(1, "cannot write", "sweep", "--items", "1", "--length", "300", "--out", below),
        bad(2, "shard is '0/3'", "sweep", "--shard", "0/3", "--out", below),
        bad(2, "shard is '4/3'", "sweep", "--shard", "4/3", "--out", below),
        bad(2, "attempts is 0", "sweep", "--attempts", "0", "--out", below),
        bad(2, "stream is 0", "sweep", "--stream", "0", "--out", below),
        bad(2, "stream is 70000", "sweep", "--tasks", "extrapolation", "--out", below),
        bad(2, "bucket is 0", "sweep", "--bucket", "0", "--out", below),
        bad(2, "batches is 0", "sweep", "--tasks", "efficiency", "--batches", "1,0"),
        bad(2, "memory is '8'", "sweep", "--tasks", "efficiency", "--memory", "8"),
        bad(1, "none: this is not a folder of PG-19", "sweep", "--pg19", "none", "--out", below),
        bad(1, "none.gguf", "sweep", "--models", "none.gguf", "--out", below),
        bad(2, "one scheme or more", "sweep", "--positions", ",", "--out", below),
        bad(2, "state", "sweep", "--policies", "baseline", "--states", "0", "--out", below),
        bad(2, "--by-step", "perplexity", good, "--by-step", "--regime", "whole"),
        bad(2, "'clairvoyant' is a reference", "perplexity", good, "--policy", "clairvoyant"),
        bad(2, "'baseline' is a reference", "generate", "-p", "x", "--policy", "baseline"),
        bad(2, "seeds is 0", "stories", "--seeds", "0", "--out", below),
        bad(1, "none.jsonl", "eval", "squality", "--data", "none.jsonl", "--out", below),
        bad(1, "cannot read", "judge", folder.toString(), "--judge-model", "j", "--replay"),
        bad(1, "cannot read the journal", "report", folder.toString()),
        bad(2, "threads of backend cpu is '0'", "bench", "--threads", "0"),
        bad(2, "is not an int", "bench", "--threads", "two"),
        bad(2, "both give threads", "bench", "--threads", "2", "--backend", "cpu:threads=1"),
        bad(2, "plain has no option 'threads'", "bench", "--threads", "1", "--backend", "plain"),
        bad(2, "allowed is llama-1b, 110m, llama-7b, tiny", "bench", "--shape", "nix"),
        bad(2, "F32, F16, BF16, Q8_0, Q4_0", "bench", "--shape", "tiny", "--type", "q9"),
        bad(2, "choose one of them", "bench", "--shape", "tiny", "-m", good),
        bad(2, "--type goes with --shape", "bench", "--type", "f16"),
        bad(2, "-r is 0", "bench", "-r", "0"),
        bad(2, "-p is -1", "bench", "-p", "-1"),
        bad(2, "-b is 0", "bench", "-b", "1,0"),
        bad(2, "'' is not an int", "bench", "-p", ""),
        bad(2, "-p is an empty list", "bench", "-p", ","),
        bad(2, "'x' is not an int", "bench", "-d", "1,x"),
        bad(2, "nothing to measure", "bench", "-p", "0", "-n", "0"),
        bad(2, "one policy or more", "bench", "--policies", ","),
        bad(2, "'baseline' is a reference", "bench", "--policies", "full,baseline"),
        bad(2, "state is ''", "bench", "--shape", "tiny", "--states", ""),
        bad(2, "kv is ''", "bench", "--shape", "tiny", "--kv", "f32,"),
        bad(2, "such as 8GiB", "bench", "--capacity", "8"),
        bad(2, "TABLE, MD, CSV, JSON", "bench", "--format", "nix"),
        bad(2, "choose one of them", "bench", "--format", "md", "--json"),
        bad(2, "warm-up is -1", "bench", "--warm-up", "-1"),
        bad(2, "plugins is", "policies", "--plugins", folder.resolve("none").toString()));
  }

  private static Arguments bad(int code, String message, String... args) {
    return Arguments.of(code, message, args);
  }

  private static String write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes).toString();
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("badInputs")
  void isOneSentence(int code, String message, String[] args) {
    Cli cli = Cli.run(args);

    assertThat(cli.err()).as("%s", Arrays.toString(args)).contains(message);
    assertThat(cli.err().lines().filter(line -> !line.startsWith("msrnn: note: ")))
        .singleElement()
        .asString()
        .startsWith("msrnn: ")
        .doesNotContain("Exception", "\tat ");
    assertThat(cli.code()).isEqualTo(code);
    assertThat(cli.out()).isEmpty();
  }

  @Test
  void traceShowsWhereItFailed() {
    Cli cli = Cli.run("perplexity", folder.resolve("none.txt").toString(), "--trace");

    assertThat(cli.code()).isEqualTo(1);
    assertThat(cli.err()).contains("msrnn: cannot read").contains("\tat org.msrnn.eval");
  }

  /** A plan that does not fit leaves nothing behind. */
  @Test
  void refusedSweepMakesNoFolder() {
    Path out = folder.resolve("refused");
    Cli cli =
        Cli.run("sweep", "--policies", "window+64", "--states", "64", "--out", out.toString());

    assertThat(cli.code()).isEqualTo(2);
    assertThat(out).doesNotExist();
  }
}

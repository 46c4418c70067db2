package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code msrnn bench} end to end on the tiny shape, in this process. */
class BenchCommandTest {
  private static Cli bench(String... more) {
    List<String> args = new ArrayList<>(List.of("bench", "-p", "4", "-n", "3", "-r", "2"));
    args.addAll(List.of("--warm-up", "0"));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(String[]::new));
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> rows(Map<String, Object> json) {
    return (List<Map<String, Object>>) Objects.requireNonNull(json.get("rows"));
  }

  @Test
  void listsAreMeasuredEachWithEach() {
    Cli cli =
        bench(
            "--shape",
            "tiny",
            "--type",
            "Q4_0",
            "--policies",
            "full,tova",
            "--states",
            "6,1/256",
            "-d",
            "0,9",
            "-b",
            "1,4",
            "--capacity",
            "1GiB",
            "--threads",
            "1",
            "--json");

    assertThat(cli.code()).as(cli.err()).isZero();
    List<Map<String, Object>> rows = rows(cli.json());
    assertThat(rows)
        .hasSize(3 * 2 * 3)
        .allSatisfy(
            row ->
                assertThat(row)
                    .containsEntry("model", "tiny")
                    .containsEntry("type", "Q4_0")
                    .containsEntry("threads", 1)
                    .containsEntry("kv", "F32")
                    .hasEntrySatisfying("repetitions", r -> assertThat((List<?>) r).hasSize(2)));
    assertThat(rows).extracting(row -> row.get("state")).contains(null, 6, 8);
    long state = 6 * 2 * 2 * 16 * 2 * 4;
    assertThat(rows)
        .filteredOn(row -> Integer.valueOf(6).equals(row.get("state")))
        .allSatisfy(
            row ->
                assertThat(row)
                    .containsEntry("largestBatch", (int) (((1L << 30) - 61184) / state)));
    assertThat(cli.json()).containsKeys("readBandwidth", "peakBytes", "loadSeconds", "version");
  }

  @Test
  void aModelFileIsMeasuredToo() {
    Cli cli = bench("--format", "md", "--backend", "plain");

    assertThat(cli.code()).as(cli.err()).isZero();
    assertThat(cli.out()).contains("| bookworm | Q8_0 |").contains("| pp4 |").contains("| tg3 |");
  }

  @Test
  void theModelOfAShapeIsWrittenAndThenMeasured(@TempDir Path folder) {
    String file = folder.resolve("tiny.gguf").toString();
    Cli written = Cli.run("bench", "--shape", "tiny", "--type", "q5_1", "--write", file);
    Cli again = Cli.run("bench", "--shape", "tiny", "--type", "q5_1", "--write", file);
    Cli measured = bench("-m", file, "--format", "md");

    assertThat(written.code()).as(written.err()).isZero();
    assertThat(written.err()).contains("written: " + file);
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("is there already");
    assertThat(measured.code()).as(measured.err()).isZero();
    assertThat(measured.out()).contains("Q5_1");
  }

  @Test
  void whatCannotBeWrittenIsRefused() {
    Cli noShape = Cli.run("bench", "--write", "model.gguf");
    Cli noBlock = Cli.run("bench", "--shape", "tiny", "--type", "q4_k", "--write", "model.gguf");

    assertThat(noShape.code()).isEqualTo(2);
    assertThat(noShape.err()).contains("--write goes with --shape");
    assertThat(noBlock.code()).isEqualTo(2);
    assertThat(noBlock.err()).contains("Q4_K has blocks of 256 numbers").contains("have 64");
  }

  @Test
  void csvIsTheRowsAloneAndTheFactsAreNotes() {
    Cli cli = bench("--shape", "tiny", "--format", "csv");

    assertThat(cli.out().lines()).hasSize(3);
    assertThat(cli.err()).contains("msrnn: read bandwidth: ").contains("msrnn: load time: ");
  }

  @Test
  void depthsBeyondTheContextAreAllowed() {
    Cli cli = bench("--shape", "tiny", "--policies", "tova", "--states", "5", "-d", "2100");

    assertThat(cli.code()).as(cli.err()).isZero();
    assertThat(cli.out()).contains("tiny, Q8_0").contains("2100");
  }

  @Test
  void moreThreadsThanProcessorsAreAllowedWithAWarning() {
    int threads = Runtime.getRuntime().availableProcessors() + 1;
    Cli cli = bench("--shape", "tiny", "--threads", Integer.toString(threads));

    assertThat(cli.code()).as(cli.err()).isZero();
    assertThat(cli.out()).contains(threads + " threads");
    assertThat(cli.err().lines().filter(line -> line.contains("processors")))
        .singleElement()
        .asString()
        .contains((threads - 1) + " processors", threads + " threads");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-3"})
  void threadsBelow1AreRefused(String threads) {
    Cli cli = Cli.run("generate", "-p", "x", "--threads=" + threads);

    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.err()).contains("threads", "'" + threads + "'", "1 to 1024");
    assertThat(cli.err().lines()).hasSize(1);
  }
}

package org.msrnn.eval.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.StateSpec;
import org.msrnn.api.backend.TensorType;
import org.msrnn.api.policy.EvictionPolicy;
import org.msrnn.core.PolicySpec;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.synthetic.ModelShape;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.StateFigures;

/** Figures and formats, from measurements made up. */
class BenchReportTest {
  private static final StateFigures STATE = new StateFigures(1, 64, 64, 0);

  private static final ModelFigures MODEL = new ModelFigures("m", "Q8_0", 3000, 2500, 2000);

  private static Measurement measured(BenchCase.Kind kind, int batch, Double... seconds) {
    EvictionPolicy tova = Catalog.discover(List.of()).policy(PolicySpec.parse("tova"));
    var setup =
        new Setup(
            StateSpec.of(tova, 8), null, "tova", 8, () -> fail("figures need no description"));
    return new Measurement(setup, new BenchCase(kind, 10, batch, 5), List.of(seconds), 500, STATE);
  }

  private static BenchResult result(@Nullable Long peak, @Nullable Long capacity) {
    BenchRow prompt =
        BenchRow.of(
            MODEL, "cpu (2 threads)", 2, measured(BenchCase.Kind.PP, 1, 0.5, 0.5), 10, capacity);
    BenchRow steps =
        BenchRow.of(
            MODEL, "cpu (2 threads)", null, measured(BenchCase.Kind.TG, 4, 2.0, 1.0), 10, capacity);
    ReadBandwidth bandwidth = new ReadBandwidth(1 << 20, false, 8, 2, 10);
    return new BenchResult(List.of(prompt, steps), bandwidth, peak, 1.5, capacity, "v");
  }

  @Test
  void ratesAreThoseOfAllSequencesTogether() {
    Measurement steps = measured(BenchCase.Kind.TG, 4, 2.0, 1.0, 4.0);

    assertThat(steps.rates()).containsExactly(20, 40, 10);
    assertThat(steps.mean()).isCloseTo(70 / 3.0, within(1e-12));
    assertThat(steps.best()).isEqualTo(40);
    assertThat(steps.deviation()).isCloseTo(Math.sqrt(700 / 3.0), within(1e-9));
    assertThat(measured(BenchCase.Kind.TG, 4, 2.0).deviation()).isZero();
  }

  @Test
  void aBatchSharesTheWeights() {
    BenchRow row =
        BenchRow.of(
            MODEL, "cpu (2 threads)", 2, measured(BenchCase.Kind.TG, 4, 2.0, 1.0), 1e-5, 7L);

    assertThat(row.test()).isEqualTo("tg10");
    assertThat(row.tokensPerSecond()).isEqualTo(30);
    assertThat(row.millisecondsPerToken()).isCloseTo(4000 / 30.0, within(1e-9));
    assertThat(row.bytesPerToken()).isEqualTo(2000 / 4.0 + 500);
    assertThat(row.gigabytesPerSecond()).isCloseTo(1000 * 30 / 1e9, within(1e-15));
    assertThat(row.readShare()).isCloseTo(3, within(1e-9));
    assertThat(row.repetitions()).containsExactly(20.0, 40.0);
  }

  @Test
  void promptsHaveNoBytesPerToken() {
    BenchRow row =
        BenchRow.of(MODEL, "cpu (2 threads)", 2, measured(BenchCase.Kind.PP, 1, 0.5), 10, null);

    assertThat(row.test()).isEqualTo("pp10");
    assertThat(row.tokensPerSecond()).isEqualTo(20);
    assertThat(row.millisecondsPerToken()).isEqualTo(50);
    assertThat(row.bytesPerToken()).isNull();
    assertThat(row.gigabytesPerSecond()).isNull();
    assertThat(row.readShare()).isNull();
  }

  @Test
  void csvHasTheFieldsOfARowInFullPrecision() {
    List<String> lines =
        new BenchReport(result(5L, null)).text(BenchReport.Format.CSV).lines().toList();

    assertThat(lines).hasSize(3);
    assertThat(lines.getFirst())
        .startsWith("model,type,modelBytes,parameters,backend,threads,policy,state,kv,batch,depth")
        .endsWith("readShare,stateBytes,largestBatch,repetitions");
    assertThat(lines.get(1)).endsWith(",50.0,,,,64,,20.0;20.0");
    assertThat(lines.get(2)).contains("30.0,14.142135623730951,40.0");
  }

  @Test
  void jsonHasARowAnObjectWithItsRepetitions() {
    String text = new BenchReport(result(5L, 9L)).text(BenchReport.Format.JSON);
    @SuppressWarnings("unchecked")
    Map<String, Object> json = (Map<String, Object>) Json.read(text, Map.class);

    assertThat(json)
        .containsEntry("peakBytes", 5)
        .containsEntry("capacity", 9)
        .containsEntry("loadSeconds", 1.5)
        .containsKeys("readBandwidth", "version");
    assertThat(Json.read(text, BenchResult.class)).isEqualTo(result(5L, 9L));
  }

  @Test
  void markdownLinesHaveAsManyCellsAsTheHeader() {
    for (Long capacity : new Long[] {null, 8L << 30}) {
      List<String> lines =
          new BenchReport(result(5L, capacity))
              .text(BenchReport.Format.MD)
              .lines()
              .filter(line -> line.startsWith("|"))
              .toList();

      assertThat(lines)
          .hasSize(4)
          .extracting(line -> line.split("\\|").length)
          .containsOnly(lines.getFirst().split("\\|").length);
      assertThat(lines.getFirst().contains("batch in 8.00 GiB")).isEqualTo(capacity != null);
    }
  }

  @Test
  void tableSaysTheModelOnceAndTheFactsBelow() {
    String text = new BenchReport(result(3L << 20, null)).text(BenchReport.Format.TABLE);

    assertThat(text)
        .startsWith("m, Q8_0, 2.93 KiB, 0.0 M, cpu (2 threads)\n")
        .contains("30.00 ± 14.14")
        .contains("read bandwidth: 8.0 GB/s with 1 thread, 10.0 GB/s with 2")
        .contains("peak memory: 3.00 MiB")
        .contains("load time: 1.50 s");
  }

  @Test
  void peakMemoryIsSaidToBeUnknownWhereItIs() {
    assertThat(new BenchReport(result(null, null)).facts())
        .contains("peak memory: this system does not say");
  }

  @Test
  void threadsAreThoseThatTheBackendSays() {
    assertThat(BenchResult.threads("cpu (512-bit vectors, 12 threads)")).isEqualTo(12);
    assertThat(BenchResult.threads("cpu (512-bit vectors, 1 thread)")).isEqualTo(1);
    assertThat(BenchResult.threads("plain (scalar Java)")).isNull();
  }

  @ParameterizedTest
  @CsvSource({"1000, 300, 100, 7", "1000, 300, 101, 6", "1000, 1000, 1, 0", "1000, 2000, 1, 0"})
  void theLargestBatchIsWhatFitsBesideTheWeights(long all, long weights, long state, long batch) {
    assertThat(StateMemory.largestBatch(all, weights, state)).isEqualTo(batch);
  }

  @ParameterizedTest
  @CsvSource({"8GiB, 8589934592", "512 MiB, 536870912", "1.5GB, 1500000000", "2TB, 2000000000000"})
  void amountsOfMemoryHaveUnits(String text, long bytes) {
    assertThat(StateMemory.parse("capacity", text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"8", "GiB", "-1GiB", "8 gb", "0MiB", "8GiBs", ""})
  void otherAmountsAreRefused(String text) {
    assertThatThrownBy(() -> StateMemory.parse("capacity", text))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("such as 8GiB");
  }

  /** Of an untied embedding a step reads one row. */
  @Test
  void aStepReadsAllWeightsButTheEmbedding() {
    ModelShape untied = new ModelShape("u", 1, 64, 4, 2, 96, 500, 64, 10_000, false);
    ModelShape tied = new ModelShape("t", 1, 64, 4, 2, 96, 500, 64, 10_000, true);
    ModelFigures apart = ModelFigures.of("u", untied.tensors(TensorType.F16));
    ModelFigures together = ModelFigures.of("t", tied.tensors(TensorType.F16));

    assertThat(apart.type()).isEqualTo("F16");
    assertThat(apart.bytes() - together.bytes()).isEqualTo(500 * 64 * 2);
    assertThat(apart.parameters() - together.parameters()).isEqualTo(500 * 64);
    assertThat(together.bytesPerStep()).isEqualTo(together.bytes());
    assertThat(apart.bytesPerStep()).isEqualTo(together.bytes() + 64 * 2);
  }

  @Test
  void linuxIsAskedForMemory() {
    String status = "Name:\tjava\nVmPeak:\t 9 kB\nVmHWM:\t  1024 kB\nVmRSS:\t 5 kB\n";

    assertThat(SystemMemory.field(status, "VmHWM")).hasValue(1 << 20);
    assertThat(SystemMemory.field(status, "VmSwap")).isEmpty();
    assertThat(SystemMemory.field("VmHWM: many kB\n", "VmHWM")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void bandwidthIsMeasuredWithAnyNumberOfThreads(int threads) {
    ReadBandwidth read = ReadBandwidth.measure(threads, (4 << 20) + 100);

    assertThat(read.threads()).isEqualTo(threads);
    assertThat(read.bufferBytes()).isBetween(4L << 20, (4L << 20) + 100);
    assertThat(read.oneThread()).isPositive();
    assertThat(read.allThreads()).isPositive();
  }
}

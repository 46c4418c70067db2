package org.msrnn.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a driver does to the child process, its parent gets one sentence. */
class ProbeRunTest {
  private static final Duration AMPLE = Duration.ofSeconds(60);

  private static List<String> fake(String what) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:ErrorFile=" + ChildJvm.crashFile("%p"),
        "-XX:-CreateCoredumpOnCrash",
        "-Xmx64m",
        "-cp",
        Path.of("target", "test-classes").toString(),
        FakeChild.class.getName(),
        what);
  }

  private static ProbeRun.Outcome run(String what, Duration limit) {
    return new ProbeRun(Map.of(), limit).run(fake(what));
  }

  @Test
  void answersAreHeardAmongWhatDriversPrint() {
    ProbeRun.Outcome outcome = run("well", AMPLE);
    assertThat(outcome.lack()).isEmpty();
    assertThat(outcome.answers()).containsExactly("one\ttwo");
  }

  @Test
  void aChildThatSaysWhyNotIsBelieved() {
    ProbeRun.Outcome outcome = run("refuses", AMPLE);
    assertThat(outcome.lack()).isEqualTo("attention.cl does not build");
    assertThat(outcome.broken()).isFalse();
  }

  @Test
  void aKilledChildIsNamedWithItsSignalAndStep() {
    ProbeRun.Outcome outcome = run("SIGKILL", AMPLE);
    assertThat(outcome.lack())
        .isEqualTo("the driver crashed with signal 9 (SIGKILL) while building attention.cl");
    assertThat(outcome.broken()).isTrue();
  }

  @Test
  void aCrashIsNamedWithItsSignalStepAndTheReportOfTheJvm() throws Exception {
    ProbeRun.Outcome outcome = run("SIGSEGV", AMPLE);
    assertThat(outcome.lack())
        .startsWith(
            "the driver crashed with signal 11 (SIGSEGV) while building attention.cl;"
                + " the JVM's report is ");
    Matcher file = Pattern.compile("report is (.*)").matcher(outcome.lack());
    assertThat(file.find()).isTrue();
    Path report = Path.of(file.group(1));
    assertThat(report).content().contains("SIGSEGV");
    Files.delete(report);
  }

  @ParameterizedTest
  @ValueSource(strings = {"loop", "steps"})
  void aChildThatDoesNotEndIsEndedAndItsStepNamed(String what) {
    // of small steps, thirty limits are the limit
    ProbeRun.Outcome outcome = run(what, Duration.ofMillis(what.equals("steps") ? 100 : 2500));
    assertThat(outcome.lack())
        .matches("the driver hung while building attention.cl: the probe was ended after .* ms");
    assertThat(outcome.broken()).isTrue();
  }

  @Test
  void garbageIsNoVerdict() {
    ProbeRun.Outcome outcome = run("garbage", AMPLE);
    assertThat(outcome.lack())
        .isEqualTo(
            "the probe ended with exit code 0 while starting Java and no verdict;"
                + " the last it said was 'the end of the garbage'");
    assertThat(outcome.broken()).isTrue();
  }

  @Test
  void aFloodOnBothStreamsBlocksNobody() {
    assertThat(run("flood", AMPLE).answers()).containsExactly("still here");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hangs at its exit", "crashes at its exit"})
  void whatHappensAfterTheVerdictDoesNotChangeIt(String what) {
    ProbeRun.Outcome outcome = run(what, AMPLE);
    assertThat(outcome.lack()).isEmpty();
    assertThat(outcome.answers()).containsExactly("said");
  }

  @Test
  void aMissingJavaIsOneSentence(@TempDir Path folder) {
    List<String> command = List.of(folder.resolve("java").toString());
    assertThat(new ProbeRun(Map.of(), AMPLE).run(command).lack())
        .startsWith("the probe cannot be started: ");
  }

  @Test
  void withoutAnyDriverTheLoaderFindsNoDevice(@TempDir Path empty) {
    TestDevice.info(); // the loader is installed
    ProbeRun run = new ProbeRun(Map.of("OCL_ICD_VENDORS", empty.toString()), AMPLE);
    ProbeRun.Outcome outcome = run.run(ChildJvm.command(ProbeChild.class, "list"));
    assertThat(outcome.lack()).isEmpty();
    assertThat(outcome.answers()).isEmpty();
  }

  @Test
  void withoutALoaderTheLibraryIsNamed() {
    List<String> command = new ArrayList<>(ChildJvm.command(ProbeChild.class, "list"));
    command.removeIf(word -> word.startsWith("-Dorg.lwjgl.opencl.libname"));
    command.add(1, "-Dorg.lwjgl.opencl.libname=libNobodyHasThis.so");
    ProbeRun.Outcome outcome = new ProbeRun(Map.of(), AMPLE).run(command);
    assertThat(outcome.lack()).contains("OpenCL cannot be loaded", "libNobodyHasThis.so");
    assertThat(outcome.broken()).isFalse();
  }

  @Test
  void theDevicesAreThoseThatThisProcessSees() {
    DeviceInfo first = TestDevice.info();
    ProbeRun.Outcome outcome =
        new ProbeRun(Map.of(), AMPLE).run(ChildJvm.command(ProbeChild.class, "list"));
    assertThat(outcome.lack()).isEmpty();
    Verdict.Seen seen = Verdict.Seen.of(outcome.answers().getFirst());
    assertThat(seen.is(first)).isTrue();
    assertThat(seen.memory()).isEqualTo(first.globalMemory());
  }
}

package org.msrnn.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was found is found once. */
class ProbeTest {
  private static final Verdict.Seen GPU =
      new Verdict.Seen(0, true, 8L << 30, true, "Some GPU", "Some Platform", "1.2");
  private static final Verdict.Seen OLD_GPU =
      new Verdict.Seen(1, true, 1L << 30, false, "Old GPU", "Some Platform", "1.2");
  private static final Verdict.Check GOOD = new Verdict.Check("", 5e11, 2e10, true);

  @TempDir Path folder;

  private final List<String> children = new ArrayList<>();
  private ProbeRun.Outcome checked = new ProbeRun.Outcome(List.of(GOOD.line()), "", false);
  private ProbeRun.Outcome listed =
      new ProbeRun.Outcome(List.of(GPU.line(), OLD_GPU.line()), "", false);

  private Path file() {
    return folder.resolve("msrnn").resolve("opencl-0.txt");
  }

  private Probe probe(Path file) {
    return new Probe(
        new Drivers(List.of(), ""),
        new Verdicts(file),
        arguments -> {
          children.add(String.join(" ", arguments));
          return arguments.getFirst().equals("list") ? listed : checked;
        });
  }

  @Test
  void devicesAreListedAndTriedOnce() throws IOException {
    for (int i = 0; i < 3; i++) {
      assertThat(probe(file()).list().devices()).containsExactly(GPU, OLD_GPU);
      assertThat(probe(file()).check(GPU)).isEqualTo(GOOD);
    }
    assertThat(children).containsExactly("list", "check 0");
    try (Stream<Path> files = Files.list(file().getParent())) {
      assertThat(files).containsExactly(file());
    }
  }

  @Test
  void aDeviceWithoutDoublesIsNotEvenTried() {
    assertThat(probe(file()).check(OLD_GPU).lack()).contains("64-bit floats", "cl_khr_fp64");
    assertThat(children).isEmpty();
  }

  @Test
  void aRememberedFailureSaysHowToTryAgain() {
    String crash = "the driver crashed with signal 11 (SIGSEGV) while building attention.cl";
    checked = new ProbeRun.Outcome(List.of(), crash, true);
    assertThat(probe(file()).check(GPU).lack()).isEqualTo(crash);
    assertThat(probe(file()).check(GPU).lack())
        .isEqualTo(crash + " (found earlier; to try again, delete " + file() + ")");
    assertThat(children).containsExactly("list", "check 0");
  }

  @Test
  void aCrashWhileListingIsRememberedToo() {
    listed = new ProbeRun.Outcome(List.of(), "the driver hung", true);
    assertThat(probe(file()).list().lack()).isEqualTo("the driver hung");
    Verdict again = probe(file()).list();
    assertThat(again.lack()).startsWith("the driver hung (found earlier;");
    assertThat(again.broken()).isTrue();
    assertThat(children).containsExactly("list");
  }

  @Test
  void noDeviceIsOneSentence() {
    listed = new ProbeRun.Outcome(List.of(), "", false);
    Verdict verdict = probe(file()).list();
    assertThat(verdict.lack()).startsWith("OpenCL finds no device");
    assertThat(verdict.broken()).isFalse();
  }

  @Test
  void noDriverStartsNoChild() {
    Probe probe =
        new Probe(
            new Drivers(List.of(), "no OpenCL driver is registered"),
            new Verdicts(file()),
            arguments -> {
              throw new AssertionError("a child was started");
            });
    assertThat(probe.list().lack()).isEqualTo("no OpenCL driver is registered");
  }

  @Test
  void aDamagedFileIsFoundAgain() throws IOException {
    probe(file()).check(GPU);
    List<String> good = Files.readAllLines(file());
    List<List<String>> damaged = new ArrayList<>();
    damaged.add(List.of());
    damaged.add(List.of("end"));
    for (int lines = 1; lines < good.size(); lines++) {
      damaged.add(good.subList(0, lines));
    }
    damaged.add(List.of("list\tfalse\t", "device\tx", "end"));
    damaged.add(List.of("list\tfalse\t", "check\t0\tx", "end"));
    for (List<String> lines : damaged) {
      Files.write(file(), lines);
      children.clear();
      assertThat(probe(file()).check(GPU)).as(lines.toString()).isEqualTo(GOOD);
      assertThat(children).as(lines.toString()).containsExactly("list", "check 0");
      assertThat(file()).hasContent(String.join("\n", good));
    }
    Files.write(file(), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 10});
    assertThat(probe(file()).check(GPU)).isEqualTo(GOOD);
  }

  @Test
  void aFolderThatCannotBeWrittenOnlyMeansThatNothingIsRemembered() throws IOException {
    Path inTheWay = Files.createFile(folder.resolve("file"));
    Path file = inTheWay.resolve("msrnn").resolve("opencl-0.txt");
    for (int i = 0; i < 2; i++) {
      assertThat(probe(file).list().devices()).hasSize(2);
    }
    assertThat(children).containsExactly("list", "list");
  }

  @Test
  void garbageForAnAnswerIsAReason() {
    listed = new ProbeRun.Outcome(List.of("what?"), "", false);
    assertThat(probe(file()).list().lack()).contains("list of devices cannot be read");
    Path other = folder.resolve("other.txt");
    listed = new ProbeRun.Outcome(List.of(GPU.line()), "", false);
    checked = new ProbeRun.Outcome(List.of(), "", false);
    assertThat(probe(other).check(GPU).lack()).contains("answer cannot be read");
  }

  @Test
  void namesWithTabsAndNewlinesAreOneField() {
    var strange = new Verdict.Seen(3, false, 1, true, "a\tb\n c", "p", " d ");
    assertThat(Verdict.Seen.of(strange.line()))
        .isEqualTo(new Verdict.Seen(3, false, 1, true, "a b c", "p", "d"));
  }
}

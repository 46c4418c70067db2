package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msrnn.eval.journal.Journal;
import org.msrnn.eval.report.SweepReport;

/**
 * Folders in which a sweep cannot go on: one clear sentence, exit code 1, nothing lost. Full and
 * read-only disks are small file systems in memory; where none may be mounted (it takes root),
 * those tests are skipped.
 */
class SweepFolderTest {
  @TempDir Path folder;

  private Path disk;
  private boolean mounted;

  @BeforeEach
  void place() {
    disk = folder.resolve("disk");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      command("umount", disk.toString());
    }
  }

  private void mount(String size) throws Exception {
    Files.createDirectories(disk);
    mounted = command("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", disk.toString());
    assumeTrue(mounted, "no file system can be mounted here");
  }

  private static boolean command(String... command) throws Exception {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // no such program
    }
  }

  private static Cli sweep(Path out) throws IOException {
    return Cli.run(TinySweep.args(out).toArray(String[]::new));
  }

  private static void demandOneSentence(Cli cli, String... parts) {
    assertThat(cli.code()).as(cli.err()).isEqualTo(1);
    assertThat(cli.out()).isEmpty();
    assertThat(
            cli.err()
                .lines()
                .filter(l -> !l.matches("msrnn: (note: |the last record |[0-9]+ %).*")))
        .singleElement()
        .asString()
        .startsWith("msrnn: cannot ")
        .contains(parts);
  }

  @Test
  void fullDiskStopsTheSweepAndSpaceLetsItGoOn() throws Exception {
    mount("24k");
    Path out = disk.resolve("out");
    demandOneSentence(sweep(out), "cannot write", "journal.jsonl: No space left on device");
    List<String> before = Journal.read(out.resolve(SweepReport.JOURNAL));
    assertThat(before).hasSizeBetween(1, TinySweep.CELLS - 1);

    demandOneSentence(sweep(out), "No space left on device");
    assertThat(Journal.read(out.resolve(SweepReport.JOURNAL))).isEqualTo(before);

    assertThat(command("mount", "-o", "remount,size=16m", disk.toString())).isTrue();
    Cli cli = sweep(out);
    assertThat(cli.code()).as(cli.err()).isZero();
    List<String> after = Journal.read(out.resolve(SweepReport.JOURNAL));
    assertThat(after).hasSize(TinySweep.CELLS).startsWith(before.toArray(String[]::new));
    assertThat(TinySweep.files(out)).containsKeys("results.csv", "report.html");
  }

  /** The journal fits, the page does not: what was there stays, and nothing is computed again. */
  @Test
  void reportThatDoesNotFitCostsNoCell() throws Exception {
    mount("400k"); // the script of the charts alone is larger
    Path out = disk.resolve("out");
    demandOneSentence(sweep(out), "cannot write", "No space left on device");
    assertThat(Journal.read(out.resolve(SweepReport.JOURNAL))).hasSize(TinySweep.CELLS);
    assertThat(out.resolve("report.html")).doesNotExist();

    assertThat(command("mount", "-o", "remount,size=16m", disk.toString())).isTrue();
    assertThat(sweep(out).err()).contains("0 of 44 cells computed, 44 were there");
    assertThat(out.resolve("report.html")).isNotEmptyFile();
  }

  @Test
  void readOnlyFolderIsNamed() throws Exception {
    mount("16m");
    Path out = disk.resolve("out");
    assertThat(sweep(out).code()).isZero();
    assertThat(command("mount", "-o", "remount,ro", disk.toString())).isTrue();

    demandOneSentence(sweep(out), "cannot write", "journal.jsonl", "Read-only file system");
    demandOneSentence(sweep(disk.resolve("new")), "cannot write", "Read-only file system");
    demandOneSentence(Cli.run("report", out.toString()), "cannot write", "Read-only file system");
    assertThat(TinySweep.records(out)).hasSize(TinySweep.CELLS);
  }

  @Test
  void secondProcessOnTheSameFolderIsRefused() throws Exception {
    Path out = folder.resolve("out");
    try (Journal journal = Journal.open(out.resolve(SweepReport.JOURNAL));
        MsrnnProcess process = MsrnnProcess.start(TinySweep.args(out))) {
      assertThat(process.code()).isEqualTo(1);
      assertThat(process.messages())
          .isEqualTo(
              "msrnn: "
                  + journal.file()
                  + " is in use by another msrnn; wait for it, or choose another --out");
    }
    assertThat(out).isDirectoryNotContaining("glob:**.{csv,html,json}");
  }

  @Test
  void folderThatIsAFileIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "mine");

    demandOneSentence(sweep(file), "cannot write", "file is a file, not a folder");
    assertThat(file).hasContent("mine");
  }

  /** Reading a device to its end may take for ever. */
  @Test
  void journalThatIsNoFileIsRefused() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")), "this system has no /dev/full");
    Path out = Files.createDirectory(folder.resolve("device"));
    Files.createSymbolicLink(out.resolve(SweepReport.JOURNAL), Path.of("/dev/full"));

    demandOneSentence(sweep(out), "journal.jsonl: it is not a file");
    demandOneSentence(Cli.run("report", out.toString()), "journal.jsonl: it is not a file");
    Files.delete(out.resolve(SweepReport.JOURNAL));
  }
}

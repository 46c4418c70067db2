package org.msrnn.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Registrations of drivers, as files. */
@EnabledOnOs(OS.LINUX)
class DriversTest {
  @TempDir Path folder;
  private Map<String, String> environment;

  @BeforeEach
  void register() throws IOException {
    environment = Map.of("OCL_ICD_VENDORS", folder.toString(), "LD_LIBRARY_PATH", "" + folder);
    Files.writeString(folder.resolve("acme.icd"), "libacme.so.1\n");
    Files.writeString(folder.resolve("libacme.so.1"), "driver");
  }

  private Drivers drivers() {
    return Drivers.registered(environment);
  }

  @Test
  void theSameDriversHaveTheSameTraces() {
    assertThat(drivers()).isEqualTo(drivers());
    assertThat(drivers().lack()).isEmpty();
  }

  @Test
  void anotherLibraryRegistrationOrVariableHasOthers() throws IOException {
    Drivers before = drivers();
    Path library = folder.resolve("libacme.so.1");
    Files.setLastModifiedTime(library, FileTime.fromMillis(1));
    assertThat(drivers()).isNotEqualTo(before);

    before = drivers();
    Files.writeString(folder.resolve("other.icd"), "/opt/libother.so");
    assertThat(drivers()).isNotEqualTo(before);

    before = drivers();
    environment =
        Map.of(
            "OCL_ICD_VENDORS",
            folder.toString(),
            "LD_LIBRARY_PATH",
            folder.toString(),
            "CUDA_VISIBLE_DEVICES",
            "1");
    assertThat(drivers()).isNotEqualTo(before);
  }

  @Test
  void aFolderThatIsNotThereIsAnEmptyOne() {
    environment = Map.of("OCL_ICD_VENDORS", folder.resolve("absent").toString());
    assertThat(drivers().traces()).isNotEmpty();
  }
}

package org.msrnn.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every return code is looked at, and in one place. */
class CodesTest {
  private static final Path SOURCES =
      Path.of("src", "main", "java", "org", "msrnn", "backend", "opencl");

  /** A call that is a statement of its own, so that its code is lost. */
  private static final Pattern DROPPED = Pattern.compile("[;{}]\\s*(CL\\d\\d\\.n?cl\\w+)\\(");

  private static final Pattern COMPARED = Pattern.compile("[!=]= CL\\d\\d\\.(CL_\\w+)");

  /** All is well, or worth a second try before the failure is looked at. */
  private static final Set<String> PLAIN = Set.of("CL_SUCCESS", "CL_BUILD_PROGRAM_FAILURE");

  private interface Find {
    void in(String source, List<String> found);
  }

  private static List<String> find(Find find) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (Path file : files.sorted().toList()) {
        if (!file.endsWith("Cl.java")) {
          List<String> here = new ArrayList<>();
          String code = Files.readString(file).replaceAll("//.*|(?s:/\\*.*?\\*/)", "");
          find.in(code, here);
          here.forEach(one -> found.add(file.getFileName() + ": " + one));
        }
      }
    }
    return found;
  }

  private static void dropped(String code, List<String> found) {
    for (Matcher call = DROPPED.matcher(code); call.find(); ) {
      found.add(call.group(1));
    }
  }

  private static void compared(String code, List<String> found) {
    for (Matcher with = COMPARED.matcher(code); with.find(); ) {
      if (!PLAIN.contains(with.group(1))) {
        found.add(with.group(1));
      }
    }
  }

  @Test
  void noCodeIsDropped() throws IOException {
    assertThat(find(CodesTest::dropped)).isEmpty();
  }

  @Test
  void onlyClTellsFailuresApart() throws IOException {
    assertThat(find(CodesTest::compared)).isEmpty();
  }

  @Test
  void theScanSeesADroppedCode() {
    List<String> found = new ArrayList<>();
    dropped("int a = CL10.clFinish(q); CL10.clFinish(q);", found);
    compared("if (code == CL10.CL_INVALID_VALUE) {} if (code != CL10.CL_SUCCESS) {}", found);
    assertThat(found).containsExactly("CL10.clFinish", "CL_INVALID_VALUE");
  }
}

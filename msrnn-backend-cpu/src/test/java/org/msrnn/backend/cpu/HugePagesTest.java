package org.msrnn.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msrnn.api.BackendException;

class HugePagesTest {
  /** Mappings of this process that were advised to take large pages. */
  private static long advised() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/smaps"))) {
      return lines
          .filter(line -> line.startsWith("VmFlags:") && (line + " ").contains(" hg "))
          .count();
    }
  }

  private static void demand() {
    String lack = HugePages.lack();
    assumeTrue(lack.isEmpty(), "no 2 MiB pages: " + lack);
  }

  @Test
  void theModuleOfTheTestsHasNativeAccess() {
    assertThat(HugePages.class.getModule().isNativeAccessEnabled()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {4 << 20, (4 << 20) + 1, (6 << 20) - 64, 9_000_000, 33 << 20})
  void memoryIsZeroedAlignedAdvisedAndGivenBack(long bytes) throws IOException {
    demand();
    long before = advised();
    MemorySegment memory;
    try (Arena arena = Arena.ofShared()) {
      memory = Objects.requireNonNull(HugePages.map(bytes, arena));
      assertThat(advised()).isGreaterThan(before);
      assertThat(memory.byteSize()).isEqualTo(bytes);
      assertThat(memory.address() % HugePages.PAGE).isZero();
      assertThat(memory.mismatch(MemorySegment.ofArray(new byte[(int) bytes]))).isEqualTo(-1);
      byte[] pattern = new byte[(int) bytes];
      new Random(bytes).nextBytes(pattern);
      MemorySegment.copy(pattern, 0, memory, ValueLayout.JAVA_BYTE, 0, pattern.length);
      assertThat(memory.mismatch(MemorySegment.ofArray(pattern))).isEqualTo(-1);
    }
    assertThat(advised()).isEqualTo(before);
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void largeMemoryLiesInLargePagesAndSmallMemoryDoesNot() throws IOException {
    demand();
    Set<OffHeap> open = ConcurrentHashMap.newKeySet();
    long before = advised();
    List<OffHeap> all = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        OffHeap small = new OffHeap(open);
        all.add(small);
        small.allocate(HugePages.LEAST - 1, "small");
      }
      assertThat(advised()).isEqualTo(before);
      for (int i = 0; i < 5; i++) {
        OffHeap large = new OffHeap(open);
        all.add(large);
        large.allocate(HugePages.LEAST + i, "large");
      }
      assertThat(advised()).isGreaterThan(before);
    } finally {
      all.forEach(OffHeap::close);
    }
    assertThat(advised()).isEqualTo(before);
    assertThat(open).isEmpty();
  }

  @Test
  void whatTheSystemDoesNotHaveIsAnErrorInASentence() {
    assertThatThrownBy(() -> OffHeap.scratch(1L << 60, "a test"))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("no memory for " + (1L << 60) + " bytes of a test");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          always [madvise] never | 2097152  | ''
          [always] madvise never | 2097152  | ''
          always madvise [never] | 2097152  | the system has them switched off
          always [madvise] never | 33554432 | the system's large pages have 33554432 bytes
          """)
  void whatTheSystemSaysDecides(String enabled, String size, String lack) {
    assertThat(HugePages.lack(enabled + "\n", size + "\n")).isEqualTo(lack);
  }

  @Test
  void theProbeSaysWhatPagesThereAre() {
    String lack = HugePages.lack();
    assertThat(VectorProbe.device())
        .endsWith(lack.isEmpty() ? ", 2 MiB pages" : ", no 2 MiB pages: " + lack);
  }
}

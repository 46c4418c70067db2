package org.msrnn.backend.opencl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what probes found, in a file of the user's cache folder that is named by all that the
 * verdict depends on: drivers, kernels, this code and Java. A folder that cannot be used only means
 * that nothing is remembered.
 *
 * @param file where the verdict is
 */
record Verdicts(Path file) {
  private static final long LARGEST = 1 << 20;
  private static final long DAYS = 60; // after which a verdict of other drivers is dropped

  /** Those of these drivers, in the user's cache folder (XDG Base Directory Specification). */
  static Verdicts of(Drivers drivers) {
    String given = System.getenv("XDG_CACHE_HOME");
    Path cache =
        given != null && given.startsWith("/")
            ? Path.of(given)
            : Path.of(System.getProperty("user.home", ""), ".cache");
    return new Verdicts(cache.resolve("msrnn").resolve("opencl-" + key(drivers) + ".txt"));
  }

  private static String key(Drivers drivers) {
    List<String> all = new ArrayList<>(drivers.traces());
    all.add(Runtime.version() + " " + System.getProperty("os.arch"));
    all.addAll(code());
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(String.join("\n", all).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The files that this code and its kernels came in, with sizes and times. */
  private static List<String> code() {
    CodeSource source = Verdicts.class.getProtectionDomain().getCodeSource();
    try {
      URI from = source == null ? null : source.getLocation().toURI();
      if (from == null || !"file".equals(from.getScheme())) {
        return List.of(Drivers.trace(Path.of(System.getProperty("java.home"), "lib", "modules")));
      }
      try (Stream<Path> files = Files.walk(Path.of(from))) {
        return files.filter(Files::isRegularFile).map(Drivers::trace).sorted().toList();
      }
    } catch (URISyntaxException | IOException | UncheckedIOException e) {
      return List.of();
    }
  }

  /** What was found before, or null. */
  @Nullable Verdict read() {
    try {
      if (Files.size(file) > LARGEST) {
        return null;
      }
      return Verdict.of(Files.readAllLines(file));
    } catch (IOException | IllegalArgumentException e) {
      return null; // none, or damaged: it is found again
    }
  }

  /** Remembers a verdict, if that can be done: the whole file at once, for others may read it. */
  void write(Verdict verdict) {
    try {
      Files.createDirectories(file.getParent());
      Path made = Files.createTempFile(file.getParent(), "opencl", ".tmp");
      try {
        Files.write(made, verdict.lines());
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(made);
      }
      dropOld();
    } catch (IOException | UnsupportedOperationException e) {
      // next time it is found again
    }
  }

  private void dropOld() throws IOException {
    Instant old = Instant.now().minus(DAYS, ChronoUnit.DAYS);
    try (var files = Files.newDirectoryStream(file.getParent(), "opencl*.{txt,tmp}")) {
      for (Path one : files) {
        if (Files.getLastModifiedTime(one).toInstant().isBefore(old)) {
          Files.deleteIfExists(one);
        }
      }
    }
  }

  /** Forgets the verdict. */
  void forget() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // what is wrong in it will be found again
    }
  }
}

package org.msrnn.eval.task;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleReader;
import java.lang.module.ResolvedModule;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.msrnn.eval.io.Digest;

/**
 * The version of the code that computes results: the module's version and a digest of the classes,
 * so that a sweep that is resumed after a change computes its cells anew.
 */
public final class CodeVersion {
  private static final String PREFIX = "org.msrnn.";

  /** Classes of msrnn-eval that only show results. */
  private static final Predicate<String> SHOWS_ONLY =
      name ->
          name.startsWith("org/msrnn/eval/") && !name.matches("org/msrnn/eval/(metric|task)/.*");

  private CodeVersion() {}

  /** For example {@code 0.1.0+3f9a12c04b5d}. */
  public static String current() {
    Module own = CodeVersion.class.getModule();
    if (own.getLayer() == null) {
      return "unknown (not run as a module)";
    }
    MessageDigest digest = Digest.start();
    own.getLayer().configuration().modules().stream()
        .filter(module -> module.name().startsWith(PREFIX))
        .sorted(Comparator.comparing(ResolvedModule::name))
        .forEach(module -> add(module, digest));
    return release() + "+" + Digest.hex(digest.digest()).substring(0, 12);
  }

  /** The module's version alone. */
  public static String release() {
    var descriptor = CodeVersion.class.getModule().getDescriptor();
    return descriptor == null ? "unknown" : descriptor.rawVersion().orElse("unknown");
  }

  private static void add(ResolvedModule module, MessageDigest digest) {
    try (ModuleReader reader = module.reference().open()) {
      List<String> names =
          reader
              .list()
              .filter(name -> name.endsWith(".class") && !name.equals("module-info.class"))
              .filter(SHOWS_ONLY.negate())
              .sorted()
              .toList();
      for (String name : names) {
        try (InputStream in = reader.open(name).orElseThrow()) {
          digest.update(in.readAllBytes());
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot read module " + module.name(), e);
    }
  }
}

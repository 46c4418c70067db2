package org.msrnn.backend.opencl;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Starts Java again with the classes that this process has, on a module path, class path or both.
 */
final class ChildJvm {
  private static final String NATIVES = "org.lwjgl.natives";

  private ChildJvm() {}

  /** Where the JVM writes what it knows of a crash; {@code %p} stands for the process. */
  static Path crashFile(String process) {
    return Path.of(System.getProperty("java.io.tmpdir"), "msrnn-probe-" + process + ".log");
  }

  /**
   * The command line that runs a class of this module.
   *
   * @param arguments what its {@code main} gets
   */
  static List<String> command(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:ErrorFile=" + crashFile("%p"));
    command.add("-XX:-CreateCoredumpOnCrash");
    command.add("-Xmx1g");
    System.getProperties()
        .forEach(
            (name, value) -> {
              if (name.toString().startsWith("org.lwjgl.")) {
                command.add("-D" + name + "=" + value);
              }
            });
    Module module = main.getModule();
    Set<String> path = new LinkedHashSet<>();
    ModuleLayer layer = module.getLayer();
    boolean natives = layer != null && modules(layer.configuration(), path);
    if (!path.isEmpty()) {
      command.add("--module-path=" + String.join(File.pathSeparator, path));
    }
    if (natives) {
      command.add("--add-modules=" + NATIVES); // nobody requires them
    }
    String classPath = System.getProperty("java.class.path", "");
    if (!classPath.isEmpty()) {
      command.addAll(List.of("-cp", classPath));
    }
    if (module.isNamed()) {
      command.add("--enable-native-access=org.lwjgl");
      command.addAll(List.of("-m", module.getName() + "/" + main.getName()));
    } else {
      command.addAll(List.of("--enable-native-access=ALL-UNNAMED", main.getName()));
    }
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * Adds the files of all modules to a path, but those of the run-time image itself.
   *
   * @return whether LWJGL's natives are among the modules
   */
  private static boolean modules(Configuration configuration, Set<String> path) {
    boolean natives = false;
    for (ResolvedModule module : configuration.modules()) {
      natives |= module.name().equals(NATIVES);
      URI location = module.reference().location().orElse(null);
      if (location != null && "file".equals(location.getScheme())) {
        path.add(Path.of(location).toString());
      }
    }
    for (Configuration parent : configuration.parents()) {
      natives |= modules(parent, path);
    }
    return natives;
  }
}

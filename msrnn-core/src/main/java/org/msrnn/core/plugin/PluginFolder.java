package org.msrnn.core.plugin;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolutionException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.msrnn.api.InvalidOptionException;

/**
 * A folder of plug-ins. Each jar in it, and each sub-folder of jars, becomes a module layer of its
 * own, so that a broken one cannot stop the program or another plug-in.
 */
final class PluginFolder {
  private PluginFolder() {}

  /**
   * Makes the layers.
   *
   * @param layers takes each layer with the path it came from
   * @param refused takes those that cannot be resolved
   * @throws InvalidOptionException if the folder cannot be read
   */
  static void open(Path folder, BiConsumer<ModuleLayer, Path> layers, List<Refused> refused) {
    for (Path path : contents(folder)) {
      try {
        layers.accept(layer(path), path);
      } catch (FindException
          | ResolutionException
          | LayerInstantiationException
          | SecurityException e) {
        refused.add(new Refused(path.toString(), Service.reason(e)));
      }
    }
  }

  private static List<Path> contents(Path folder) {
    List<Path> contents = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (entry.getFileName().toString().endsWith(".jar") || Files.isDirectory(entry)) {
          contents.add(entry);
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      throw new InvalidOptionException(
          "plugins", "'" + folder + "' (" + Service.reason(e) + ")", "a folder that can be read");
    }
    contents.sort(null);
    return contents;
  }

  private static ModuleLayer layer(Path path) {
    Module core = PluginFolder.class.getModule();
    ModuleLayer parent = core.getLayer() == null ? ModuleLayer.boot() : core.getLayer();
    ModuleFinder finder = ModuleFinder.of(path);
    Set<String> roots =
        finder.findAll().stream().map(m -> m.descriptor().name()).collect(Collectors.toSet());
    if (roots.isEmpty()) {
      throw new FindException("holds no module");
    }
    Configuration configuration = parent.configuration().resolve(finder, ModuleFinder.of(), roots);
    return parent.defineModulesWithOneLoader(configuration, PluginFolder.class.getClassLoader());
  }
}

package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.BackendSpec;
import org.msrnn.core.Model;
import org.msrnn.core.model.ModelReader;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.core.synthetic.ModelShape;
import org.msrnn.eval.bundled.BundledModel;
import org.msrnn.eval.io.Json;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.task.CodeVersion;
import org.msrnn.eval.task.Machine;

/**
 * What a command works with, made when it is first asked for: the catalogue, the backend, the
 * model. Made here and not by Guice, whose own words would surround every failure.
 */
final class Session implements AutoCloseable {
  private static final String THREADS = "threads";

  private final MsrnnCommand root;
  private final Console console;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private @Nullable Catalog catalog;
  private @Nullable Backend backend;
  private @Nullable Machine machine;
  private @Nullable Path chosen;

  @Inject
  Session(MsrnnCommand root, Console console) {
    this.root = root;
    this.console = console;
  }

  Console console() {
    return console;
  }

  boolean json() {
    return root.json;
  }

  /** Prints a result: as JSON where that was asked for, else as text. */
  void print(Object json, String text) {
    console.print(root.json ? Json.line(json) : text.stripTrailing());
  }

  /** What is installed, and what lies in the plug-in folders. */
  Catalog catalog() {
    if (catalog == null) {
      List<Path> folders = new ArrayList<>();
      for (String property : List.of("msrnn.home", "java.home")) {
        String home = System.getProperty(property);
        Path folder = home == null ? null : Path.of(home, "plugins");
        if (folder != null && Files.isDirectory(folder) && !folders.contains(folder)) {
          folders.add(folder);
        }
      }
      for (Path folder : root.plugins) {
        if (!Files.isDirectory(folder)) {
          throw new InvalidOptionException(
              "plugins", "'" + folder + "', which is not a folder", "a folder of jars");
        }
        folders.add(folder);
      }
      catalog = Catalog.discover(folders);
    }
    return catalog;
  }

  /** The backend, with the threads of {@code --threads}. */
  Backend backend() {
    if (backend == null) {
      BackendSpec spec = backendSpec();
      backend = catalog().openBackend(spec, note -> console.note("note: " + note));
      open.push(backend);
      noteThreads(spec.options().get(THREADS));
    }
    return backend;
  }

  private BackendSpec backendSpec() {
    BackendSpec given = BackendSpec.parse(root.backend);
    if (root.threads == null) {
      return given;
    }
    if (given.options().containsKey(THREADS)) {
      throw new InvalidOptionException(
          THREADS, "--threads and --backend " + given + " both give threads; choose one of them");
    }
    return given.with(THREADS, root.threads.toString());
  }

  /** Allowed, and slow: the threads of one step wait for each other. */
  private void noteThreads(@Nullable String threads) {
    int processors = Runtime.getRuntime().availableProcessors();
    boolean number = threads != null && threads.matches("[0-9]{1,9}");
    if (number && Integer.parseInt(threads) > processors) {
      console.note(
          "note: there are "
              + processors
              + " processors for "
              + threads
              + " threads, which will wait for each other");
    }
  }

  /** The model on its backend. */
  Machine machine() {
    if (machine == null) {
      machine = machine(open(modelFile(), backend()));
    }
    return machine;
  }

  /** The model of a file, in place of the one before, which is closed first: two may not fit. */
  Machine machine(Path file) {
    if (machine != null) {
      open.remove(machine.model());
      machine.model().close();
      machine = null;
    }
    chosen = file;
    return machine();
  }

  /**
   * The model files of a command that takes several; none stands for that of {@code -m}.
   *
   * @throws InvalidOptionException if {@code -m} names another
   * @throws org.msrnn.api.ModelFileException if one of them is no model
   */
  List<Path> modelFiles(List<Path> files) {
    if (root.model != null && !files.isEmpty()) {
      throw new InvalidOptionException(
          "models", "-m and --models both name models; choose one of them");
    }
    files.forEach(ModelReader::inspect); // not after hours spent on the first
    return files;
  }

  /**
   * A model of random weights on the backend.
   *
   * @throws InvalidOptionException if a model file was given too
   */
  Machine machine(ModelShape shape, TensorType type) {
    if (root.model != null) {
      throw new InvalidOptionException(
          "shape", "-m and --shape name two models; choose one of them");
    }
    try (ProgressLine line = new ProgressLine(console)) {
      return machine(
          Model.random(
              shape, type, backend(), (done, total) -> line.update(done, total, "random weights")));
    }
  }

  private Machine machine(Model model) {
    open.push(model);
    return new Machine(model, catalog(), backend().description(), CodeVersion.current());
  }

  /** The file that {@code -m} names, or a copy of the bundled model that is removed at the end. */
  Path modelFile() {
    Path named = chosen == null ? root.model : chosen;
    if (named != null) {
      return named;
    }
    BundledModel bundled = BundledModel.extract();
    open.push(bundled);
    return bundled.file();
  }

  private Model open(Path file, Backend backend) {
    try (ProgressLine line = new ProgressLine(console)) {
      return Model.open(
          file,
          backend,
          (done, total) -> line.update(done, total, "reading " + Numbers.bytes(total)));
    }
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        console.note("closing failed: " + e);
      }
    }
  }
}

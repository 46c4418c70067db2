package org.msrnn.backend.opencl;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which OpenCL drivers are registered (cl_khr_icd), found without loading one: they may crash the
 * process, and are slow to load.
 *
 * @param traces what changes when a driver is installed, replaced or removed, or sees other devices
 * @param lack why there can be no device, empty if there may be one
 */
record Drivers(List<String> traces, String lack) {
  private static final String VENDORS = "/etc/OpenCL/vendors";
  private static final String LOADER = "libOpenCL.so.1";
  private static final List<String> LIBRARIES =
      List.of("/usr/local/lib", "/usr/lib", "/usr/lib64", "/lib", "/lib64");

  /** Variables that choose drivers or hide devices begin so. */
  private static final List<String> VARIABLES =
      List.of(
          "CUDA_",
          "GPU_",
          "HIP_",
          "LD_",
          "NVIDIA_",
          "OCL_",
          "OPENCL_",
          "POCL_",
          "ROCR_",
          "RUSTICL_");

  /** Copies the traces. */
  Drivers {
    traces = List.copyOf(traces);
  }

  /** Those of this machine, as a process with these variables sees them. */
  static Drivers registered(Map<String, String> environment) {
    List<String> traces = new ArrayList<>();
    new TreeMap<>(environment)
        .forEach(
            (name, value) -> {
              if (VARIABLES.stream().anyMatch(name::startsWith)) {
                traces.add(name + "=" + value);
              }
            });
    String named = System.getProperty("org.lwjgl.opencl.libname", "");
    traces.add(named);
    if (!System.getProperty("os.name").equals("Linux")) {
      return new Drivers(traces, ""); // registered elsewhere than in files
    }
    for (String device : List.of("/dev/dri", "/dev")) {
      // nodes of GPUs, by which a container shows or hides them
      traces.add(names(Path.of(device), "{card*,render*,nvidia*,kfd}").toString());
    }
    Set<Path> folders = libraryFolders(environment);
    List<Path> found = new ArrayList<>(find(LOADER, folders));
    boolean loader = !found.isEmpty() || !named.isEmpty();
    List<Path> registrations = registrations(environment);
    for (Path registration : registrations) {
      String library = text(registration);
      traces.add(registration + ": " + library);
      found.addAll(find(library, folders));
    }
    found.forEach(library -> traces.add(trace(library)));
    String lack =
        loader || !registrations.isEmpty()
            ? ""
            : "no OpenCL driver is registered: there is no "
                + LOADER
                + ", and nothing in "
                + VENDORS
                + "; install the driver of your GPU with its OpenCL part (NVIDIA:"
                + " nvidia-opencl-icd; AMD: rocm-opencl-icd or mesa-opencl-icd; Intel:"
                + " intel-opencl-icd) and a loader (ocl-icd-libopencl1)";
    return new Drivers(traces, lack);
  }

  private static List<Path> registrations(Map<String, String> environment) {
    for (String variable : List.of("OCL_ICD_VENDORS", "OPENCL_VENDOR_PATH")) {
      String value = environment.getOrDefault(variable, "");
      if (!value.isEmpty()) { // in place of the usual folder
        Path path = Path.of(value);
        return Files.isDirectory(path) ? names(path, "*.icd") : List.of(path);
      }
    }
    return names(Path.of(VENDORS), "*.icd");
  }

  /** Where the dynamic linker looks. */
  private static Set<Path> libraryFolders(Map<String, String> environment) {
    Set<Path> folders = new LinkedHashSet<>();
    String[] given = {
      environment.getOrDefault("LD_LIBRARY_PATH", ""),
      System.getProperty("org.lwjgl.librarypath", ""),
      System.getProperty("java.library.path", "")
    };
    for (String folder : String.join(":", given).split(":", -1)) {
      if (!folder.isEmpty()) {
        folders.add(Path.of(folder));
      }
    }
    for (String folder : LIBRARIES) {
      folders.add(Path.of(folder));
      folders.addAll(names(Path.of(folder), "*-linux-gnu*"));
    }
    for (Path file : names(Path.of("/etc/ld.so.conf.d"), "*.conf")) {
      text(file).lines().filter(l -> l.startsWith("/")).map(Path::of).forEach(folders::add);
    }
    return folders;
  }

  private static List<Path> find(String library, Set<Path> folders) {
    return folders.stream().map(f -> f.resolve(library)).filter(Files::isRegularFile).toList();
  }

  /** Files of a folder, in the order of their names; none if it cannot be read. */
  private static List<Path> names(Path folder, String pattern) {
    List<Path> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
      entries.forEach(names::add);
    } catch (IOException e) {
      return List.of();
    }
    names.sort(null);
    return names;
  }

  private static String text(Path file) {
    try {
      return Files.size(file) > 1 << 16 ? "" : Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** A file's size and time. */
  static String trace(Path file) {
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return file + " " + attributes.size() + " " + attributes.lastModifiedTime();
    } catch (IOException e) {
      return file + " cannot be read";
    }
  }
}

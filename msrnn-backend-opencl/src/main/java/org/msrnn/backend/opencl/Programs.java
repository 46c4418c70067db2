package org.msrnn.backend.opencl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lwjgl.opencl.CL10;
import org.msrnn.api.BackendException;

/** Kernel sources, compiled for one device with options; each once. */
final class Programs implements AutoCloseable {
  private static final int LONGEST_LOG = 2000;
  private static final int TRIES = 3;
  private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"(\\w+\\.cl)\"$");

  private final Device device;
  private final Map<String, Long> programs = new HashMap<>();
  private final Map<String, Kernel> kernels = new HashMap<>();
  private final List<Long> handles = new ArrayList<>();

  Programs(Device device) {
    this.device = device;
  }

  /** The source of a family: {@code common.cl}, then the file with what it includes. */
  static String source(String file) {
    Matcher including = INCLUDE.matcher(resource(file));
    String whole =
        including.replaceAll(found -> Matcher.quoteReplacement(resource(found.group(1))));
    return resource("common.cl") + whole;
  }

  private static String resource(String file) {
    try (InputStream in = Programs.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the kernel source " + file + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A kernel; the same one for the same arguments.
   *
   * @param file the source, for example {@code rows.cl}
   * @param name the kernel's name in it
   * @param groupX work-items of a group; the source knows them as {@code GROUP_X}
   * @param groupY as {@code GROUP_Y}
   * @param options what the source is specialised by, for example {@code -D TYPE_F16}
   * @throws BackendException if it does not compile, with the compiler's words
   */
  Kernel kernel(String file, String name, int groupX, int groupY, String options) {
    String all =
        options
            + " -D GROUP_X="
            + groupX
            + " -D GROUP_Y="
            + groupY
            + " -cl-std=CL1.2"
            + (device.info().exactDivision() ? " -cl-fp32-correctly-rounded-divide-sqrt" : "");
    String key = file + " " + all;
    return kernels.computeIfAbsent(
        name + " of " + key,
        k -> {
          long program = programs.computeIfAbsent(key, p -> build(file, all));
          return create(program, name, groupX, groupY);
        });
  }

  private Kernel create(long program, String name, int groupX, int groupY) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment code = arena.allocate(ValueLayout.JAVA_INT);
      long handle =
          CL10.nclCreateKernel(program, arena.allocateFrom(name).address(), code.address());
      Cl.check(code.get(ValueLayout.JAVA_INT, 0), "clCreateKernel of " + name);
      handles.add(handle);
      return new Kernel(name, handle, device, groupX, groupY);
    }
  }

  private long build(String file, String options) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment code = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment text = arena.allocateFrom(device.sources().of(file));
      MemorySegment texts = arena.allocateFrom(ValueLayout.JAVA_LONG, text.address());
      long program =
          CL10.nclCreateProgramWithSource(device.context(), 1, texts.address(), 0, code.address());
      Cl.check(code.get(ValueLayout.JAVA_INT, 0), "clCreateProgramWithSource of " + file);
      MemorySegment devices = arena.allocateFrom(ValueLayout.JAVA_LONG, device.info().deviceId());
      long words = arena.allocateFrom(options).address();
      int built = SignalHandlers.kept(() -> compile(program, devices.address(), words));
      if (built != CL10.CL_SUCCESS) {
        String log = log(program, arena);
        Cl.check(CL10.clReleaseProgram(program), "clReleaseProgram");
        throw new BackendException(
            file + " does not build with " + options + ": " + Cl.name(built) + "; " + log);
      }
      device.sources().built(file);
      return program;
    }
  }

  /** Tries again: LLVM loses its files if a Java thread faults before Java's handlers are back. */
  private static int compile(long program, long devices, long options) {
    int code = CL10.CL_BUILD_PROGRAM_FAILURE;
    for (int t = 0; t < TRIES && code == CL10.CL_BUILD_PROGRAM_FAILURE; t++) {
      code = CL10.nclBuildProgram(program, 1, devices, options, 0, 0);
    }
    return code;
  }

  private String log(long program, Arena arena) {
    MemorySegment log = arena.allocate(1 << 16);
    int code =
        CL10.nclGetProgramBuildInfo(
            program,
            device.info().deviceId(),
            CL10.CL_PROGRAM_BUILD_LOG,
            log.byteSize() - 1,
            log.address(),
            0);
    if (code != CL10.CL_SUCCESS) {
      return "the compiler's words cannot be had: " + Cl.name(code);
    }
    String words = log.getString(0, StandardCharsets.UTF_8).strip();
    return words.length() <= LONGEST_LOG ? words : words.substring(0, LONGEST_LOG) + " ...";
  }

  @Override
  public void close() {
    handles.forEach(h -> Cl.check(CL10.clReleaseKernel(h), "clReleaseKernel"));
    programs.values().forEach(p -> Cl.check(CL10.clReleaseProgram(p), "clReleaseProgram"));
    handles.clear();
    kernels.clear();
    programs.clear();
  }
}

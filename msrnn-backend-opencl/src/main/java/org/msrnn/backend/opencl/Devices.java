package org.msrnn.backend.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL12;

/** The devices that are there. Loads native code: drivers may crash the process here. */
final class Devices {
  private Devices() {}

  /** All devices of all platforms, in the order in which the loader gives them. */
  static List<DeviceInfo> all() {
    Lwjgl.prepare();
    return SignalHandlers.kept(Devices::find);
  }

  private static List<DeviceInfo> find() {
    List<DeviceInfo> found = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      for (long platform : platforms(arena)) {
        for (long device : devices(platform, arena)) {
          found.add(describe(found.size(), platform, device, arena));
        }
      }
    }
    return found;
  }

  private static long[] platforms(Arena arena) {
    MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
    int code = CL10.nclGetPlatformIDs(0, 0, count.address());
    int platforms = count.get(ValueLayout.JAVA_INT, 0);
    if (!Cl.answered(code, Cl.NO_PLATFORM, "clGetPlatformIDs") || platforms == 0) {
      return new long[0];
    }
    MemorySegment ids = arena.allocate(ValueLayout.JAVA_LONG, platforms);
    Cl.check(CL10.nclGetPlatformIDs(platforms, ids.address(), 0), "clGetPlatformIDs");
    return ids.toArray(ValueLayout.JAVA_LONG);
  }

  private static long[] devices(long platform, Arena arena) {
    MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
    int code = CL10.nclGetDeviceIDs(platform, CL10.CL_DEVICE_TYPE_ALL, 0, 0, count.address());
    int devices = count.get(ValueLayout.JAVA_INT, 0);
    if (!Cl.answered(code, CL10.CL_DEVICE_NOT_FOUND, "clGetDeviceIDs") || devices == 0) {
      return new long[0];
    }
    MemorySegment ids = arena.allocate(ValueLayout.JAVA_LONG, devices);
    Cl.check(
        CL10.nclGetDeviceIDs(platform, CL10.CL_DEVICE_TYPE_ALL, devices, ids.address(), 0),
        "clGetDeviceIDs");
    return ids.toArray(ValueLayout.JAVA_LONG);
  }

  private static DeviceInfo describe(int index, long platform, long device, Arena arena) {
    long divides = CL12.CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT;
    return new DeviceInfo(
        index,
        platform,
        device,
        text(CL10.CL_PLATFORM_NAME, platform, true, arena),
        text(CL10.CL_DEVICE_NAME, device, false, arena),
        text(CL10.CL_DRIVER_VERSION, device, false, arena),
        text(CL10.CL_DEVICE_VERSION, device, false, arena),
        (number(CL10.CL_DEVICE_TYPE, device, arena) & CL10.CL_DEVICE_TYPE_CPU) == 0,
        number(CL10.CL_DEVICE_GLOBAL_MEM_SIZE, device, arena),
        number(CL10.CL_DEVICE_MAX_MEM_ALLOC_SIZE, device, arena),
        number(CL10.CL_DEVICE_LOCAL_MEM_SIZE, device, arena),
        number(CL10.CL_DEVICE_MAX_WORK_GROUP_SIZE, device, arena),
        (int) number(CL10.CL_DEVICE_MAX_COMPUTE_UNITS, device, arena),
        doubles(device, arena),
        (number(CL10.CL_DEVICE_SINGLE_FP_CONFIG, device, arena) & divides) != 0);
  }

  private static String text(int what, long of, boolean platform, Arena arena) {
    MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
    Cl.check(info(what, of, platform, 0, 0, size.address()), "clGetInfo of " + what);
    MemorySegment bytes = arena.allocate(Math.max(1, size.get(ValueLayout.JAVA_LONG, 0)));
    Cl.check(
        info(what, of, platform, bytes.byteSize(), bytes.address(), 0), "clGetInfo of " + what);
    return bytes.getString(0, StandardCharsets.UTF_8).strip();
  }

  private static int info(
      int what, long of, boolean platform, long size, long into, long sizeInto) {
    return platform
        ? CL10.nclGetPlatformInfo(of, what, size, into, sizeInto)
        : CL10.nclGetDeviceInfo(of, what, size, into, sizeInto);
  }

  private static long number(int what, long device, Arena arena) {
    MemorySegment into = arena.allocate(ValueLayout.JAVA_LONG); // zeroed: some answers are ints
    int code = CL10.nclGetDeviceInfo(device, what, Long.BYTES, into.address(), 0);
    Cl.check(code, "clGetDeviceInfo of " + what);
    return into.get(ValueLayout.JAVA_LONG, 0);
  }

  private static boolean doubles(long device, Arena arena) {
    MemorySegment into = arena.allocate(ValueLayout.JAVA_LONG);
    int what = CL12.CL_DEVICE_DOUBLE_FP_CONFIG;
    int code = CL10.nclGetDeviceInfo(device, what, Long.BYTES, into.address(), 0);
    // a device of OpenCL 1.1 without doubles does not know the question
    return Cl.answered(code, CL10.CL_INVALID_VALUE, "clGetDeviceInfo of doubles")
        && into.get(ValueLayout.JAVA_LONG, 0) != 0;
  }
}

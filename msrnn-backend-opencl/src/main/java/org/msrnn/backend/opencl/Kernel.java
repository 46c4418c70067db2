package org.msrnn.backend.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.lwjgl.opencl.CL10;

/**
 * A compiled kernel with its group size. Arguments are given in their order, then it is run, which
 * only queues it. Allocates nothing.
 */
final class Kernel {
  private final String name;
  private final long handle;
  private final Device device;
  private final int groupX;
  private final int groupY;
  private final MemorySegment value = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);
  private final MemorySegment sizes = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG, 6);
  private int next;

  Kernel(String name, long handle, Device device, int groupX, int groupY) {
    this.name = name;
    this.handle = handle;
    this.device = device;
    this.groupX = groupX;
    this.groupY = groupY;
    sizes.setAtIndex(ValueLayout.JAVA_LONG, 3, groupX);
    sizes.setAtIndex(ValueLayout.JAVA_LONG, 4, groupY);
    sizes.setAtIndex(ValueLayout.JAVA_LONG, 5, 1);
  }

  /** Work-items of a group in its first dimension. */
  int groupX() {
    return groupX;
  }

  /** Work-items of a group in its second dimension. */
  int groupY() {
    return groupY;
  }

  /** The next argument: a pointer to global memory. */
  Kernel with(Memory memory) {
    value.set(ValueLayout.JAVA_LONG, 0, memory.handle());
    return set(Long.BYTES);
  }

  /** The next argument: an {@code int}. */
  Kernel with(int number) {
    value.set(ValueLayout.JAVA_INT, 0, number);
    return set(Integer.BYTES);
  }

  /** The next argument: a {@code long}. */
  Kernel with(long number) {
    value.set(ValueLayout.JAVA_LONG, 0, number);
    return set(Long.BYTES);
  }

  /** The next argument: a {@code float}. */
  Kernel with(float number) {
    value.set(ValueLayout.JAVA_FLOAT, 0, number);
    return set(Float.BYTES);
  }

  /** The next argument: a {@code double}. */
  Kernel with(double number) {
    value.set(ValueLayout.JAVA_DOUBLE, 0, number);
    return set(Double.BYTES);
  }

  private Kernel set(long bytes) {
    int code = CL10.nclSetKernelArg(handle, next, bytes, value.address());
    if (code != CL10.CL_SUCCESS) {
      Cl.check(code, "argument " + next + " of " + name);
    }
    next++;
    return this;
  }

  /** Queues so many groups. */
  void run(long groups) {
    run(groups, 1, 1);
  }

  /** Queues {@code groupsX * groupsY * groupsZ} groups. */
  void run(long groupsX, long groupsY, long groupsZ) {
    sizes.setAtIndex(ValueLayout.JAVA_LONG, 0, Math.multiplyExact(groupsX, (long) groupX));
    sizes.setAtIndex(ValueLayout.JAVA_LONG, 1, Math.multiplyExact(groupsY, (long) groupY));
    sizes.setAtIndex(ValueLayout.JAVA_LONG, 2, groupsZ);
    next = 0;
    device.launch(handle, sizes.address(), sizes.address() + 3 * Long.BYTES, name);
  }
}

package org.msrnn.backend.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL12;
import org.msrnn.api.BackendException;

/**
 * All memory of one device: what is asked for is compared with what the device has before OpenCL is
 * asked, since drivers promise memory that they do not have.
 */
final class Ledger {
  private final DeviceInfo device;
  private final long context;
  private final long queue;
  private final long limit;
  private final Set<Memory> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private final MemorySegment zero = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);
  private long inUse;

  /**
   * Nothing allocated.
   *
   * @param limit bytes that may be in use, no more than the device has
   */
  Ledger(DeviceInfo device, long context, long queue, long limit) {
    this.device = device;
    this.context = context;
    this.queue = queue;
    this.limit = limit;
  }

  /**
   * Zeroed memory.
   *
   * @param bytes how many, 1 or more; rounded up to whole words of 8
   * @param what what it is for, for the message
   * @throws BackendException if the device does not have them, naming need and have
   */
  Memory allocate(long bytes, String what) {
    long rounded = Math.multiplyExact(Math.ceilDiv(bytes, Long.BYTES), (long) Long.BYTES);
    if (rounded > device.largestAllocation()) {
      throw new BackendException(
          what
              + " needs "
              + mib(rounded)
              + " in one piece; "
              + device.name()
              + " gives at most "
              + mib(device.largestAllocation()));
    }
    if (rounded > limit - inUse) {
      throw new BackendException(
          what
              + " needs "
              + mib(rounded)
              + "; "
              + device.name()
              + " has "
              + mib(limit)
              + ", of which "
              + mib(inUse)
              + " are in use");
    }
    MemorySegment code = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);
    long handle = CL10.nclCreateBuffer(context, CL10.CL_MEM_READ_WRITE, rounded, 0, code.address());
    Cl.check(code.get(ValueLayout.JAVA_INT, 0), "clCreateBuffer of " + mib(rounded));
    Memory memory = new Memory(this, handle, rounded);
    open.add(memory);
    inUse += rounded;
    int filled =
        CL12.nclEnqueueFillBuffer(queue, handle, zero.address(), Long.BYTES, 0, rounded, 0, 0, 0);
    if (filled != CL10.CL_SUCCESS) {
      memory.close();
      Cl.check(filled, "clEnqueueFillBuffer of " + mib(rounded) + " for " + what);
    }
    return memory;
  }

  /** Several pieces of zeroed memory, or none of them. */
  Memory[] allocateAll(String what, long... bytes) {
    Memory[] all = new Memory[bytes.length];
    try {
      for (int i = 0; i < bytes.length; i++) {
        all[i] = allocate(bytes[i], what);
      }
    } catch (RuntimeException e) {
      for (Memory memory : all) {
        if (memory != null) {
          memory.close();
        }
      }
      throw e;
    }
    return all;
  }

  private static String mib(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20) + " MiB";
  }

  void release(Memory memory, long handle) {
    open.remove(memory);
    inUse -= memory.bytes();
    Cl.check(CL10.clReleaseMemObject(handle), "clReleaseMemObject");
  }

  /** Bytes that are not given back. */
  long inUse() {
    return inUse;
  }

  /** Pieces that are not given back. */
  int pieces() {
    return open.size();
  }

  /** Bytes that may be in use. */
  long limit() {
    return limit;
  }

  /** Gives back what nobody has closed. */
  void releaseAll() {
    List.copyOf(new HashSet<>(open)).forEach(Memory::close);
  }
}

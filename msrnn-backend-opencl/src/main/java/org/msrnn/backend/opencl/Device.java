package org.msrnn.backend.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL11;

/**
 * An open device: its memory, its compiled kernels and one queue, in which everything runs in
 * order. Writes are copied into staging memory and queued; only reads wait.
 */
final class Device implements AutoCloseable {
  private static final long STAGING = 4L << 20;

  private final DeviceInfo info;
  private final long context;
  private final long queue;
  private final Ledger ledger;
  private final Programs programs;
  private final Sources sources;
  private final Traffic traffic = new Traffic();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment staging = arena.allocate(STAGING, Long.BYTES);
  private final MemorySegment rect = arena.allocate(ValueLayout.JAVA_LONG, 9);
  private long used;
  private MemorySegment landing = Arena.ofAuto().allocate(1 << 16, Long.BYTES);
  private boolean closed;

  /** Opens a device with all its memory and our kernels. */
  static Device open(DeviceInfo info) {
    return open(info, info.globalMemory(), Programs::source);
  }

  /**
   * Opens a device.
   *
   * @param memory bytes of its memory that may be used
   * @param sources kernel sources by file name
   */
  static Device open(DeviceInfo info, long memory, Sources sources) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment code = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment properties =
          arena.allocateFrom(ValueLayout.JAVA_LONG, CL10.CL_CONTEXT_PLATFORM, info.platformId(), 0);
      MemorySegment devices = arena.allocateFrom(ValueLayout.JAVA_LONG, info.deviceId());
      long context =
          CL10.nclCreateContext(properties.address(), 1, devices.address(), 0, 0, code.address());
      Cl.check(code.get(ValueLayout.JAVA_INT, 0), "clCreateContext of " + info.name());
      long queue = CL10.nclCreateCommandQueue(context, info.deviceId(), 0, code.address());
      int queued = code.get(ValueLayout.JAVA_INT, 0);
      if (queued != CL10.CL_SUCCESS) {
        Cl.check(CL10.clReleaseContext(context), "clReleaseContext");
        Cl.check(queued, "clCreateCommandQueue of " + info.name());
      }
      return new Device(info, context, queue, Math.min(memory, info.globalMemory()), sources);
    }
  }

  private Device(DeviceInfo info, long context, long queue, long memory, Sources sources) {
    this.info = info;
    this.context = context;
    this.queue = queue;
    this.sources = sources;
    this.ledger = new Ledger(info, context, queue, memory);
    this.programs = new Programs(this);
  }

  DeviceInfo info() {
    return info;
  }

  long context() {
    return context;
  }

  Sources sources() {
    return sources;
  }

  Traffic traffic() {
    return traffic;
  }

  Ledger ledger() {
    return ledger;
  }

  /** Zeroed memory; see {@link Ledger#allocate}. */
  Memory allocate(long bytes, String what) {
    return ledger.allocate(bytes, what);
  }

  /**
   * Memory of at least so many bytes: what is there, or twice as much as is needed in its place.
   * Contents are lost then.
   */
  Memory room(Memory memory, long bytes, String what) {
    if (memory.bytes() >= bytes) {
      return memory;
    }
    memory.close();
    return allocate(2 * bytes, what);
  }

  /** Queues a copy of the first bytes of one memory to another. */
  void copy(Memory from, Memory to, long bytes) {
    int code = CL10.nclEnqueueCopyBuffer(queue, from.handle(), to.handle(), 0, 0, bytes, 0, 0, 0);
    Cl.check(code, "clEnqueueCopyBuffer of " + bytes + " bytes");
  }

  /** A compiled kernel; see {@link Programs#kernel}. */
  Kernel kernel(String file, String name, int groupX, int groupY, String options) {
    return programs.kernel(file, name, groupX, groupY, options);
  }

  void launch(long kernel, long global, long local, String name) {
    traffic.launches++;
    int code = CL10.nclEnqueueNDRangeKernel(queue, kernel, 3, 0, global, local, 0, 0, 0);
    if (code != CL10.CL_SUCCESS) {
      Cl.check(code, "clEnqueueNDRangeKernel of " + name);
    }
  }

  /** Queues a copy of floats to the device. */
  void write(float[] from, int at, int count, Memory to, long offset) {
    write(from, at, count, ValueLayout.JAVA_FLOAT, to, offset);
  }

  /** Queues a copy of longs to the device. */
  void write(long[] from, int at, int count, Memory to, long offset) {
    write(from, at, count, ValueLayout.JAVA_LONG, to, offset);
  }

  /** Queues a copy of ints to the device. */
  void write(int[] from, int at, int count, Memory to, long offset) {
    write(from, at, count, ValueLayout.JAVA_INT, to, offset);
  }

  /** Queues a copy of doubles to the device. */
  void write(double[] from, int at, int count, Memory to, long offset) {
    write(from, at, count, ValueLayout.JAVA_DOUBLE, to, offset);
  }

  private void write(Object from, int at, int count, ValueLayout number, Memory to, long offset) {
    long size = number.byteSize();
    for (int done = 0; done < count; ) {
      int part = (int) Math.min(count - done, STAGING / size);
      long staged = stage(part * size);
      MemorySegment.copy(from, at + done, staging, number, staged, part);
      send(staged, part * size, to, offset + done * size);
      done += part;
    }
  }

  /** Queues a copy of bytes to the device. */
  void write(MemorySegment from, Memory to, long offset) {
    for (long done = 0; done < from.byteSize(); ) {
      long part = Math.min(from.byteSize() - done, STAGING);
      long staged = stage(part);
      MemorySegment.copy(from, done, staging, staged, part);
      send(staged, part, to, offset + done);
      done += part;
    }
  }

  /** Room in the staging memory. When it is full, what was queued must have been sent. */
  private long stage(long bytes) {
    if (used + bytes > STAGING) {
      finish();
      used = 0;
    }
    long at = used;
    used += Math.ceilDiv(bytes, Long.BYTES) * Long.BYTES;
    return at;
  }

  private void send(long staged, long bytes, Memory to, long offset) {
    traffic.writes++;
    traffic.bytesWritten += bytes;
    long address = staging.address() + staged;
    int code =
        CL10.nclEnqueueWriteBuffer(
            queue, to.handle(), CL10.CL_FALSE, offset, bytes, address, 0, 0, 0);
    if (code != CL10.CL_SUCCESS) {
      Cl.check(code, "clEnqueueWriteBuffer of " + bytes + " bytes");
    }
  }

  /** Waits until everything that was queued has run. */
  void finish() {
    Cl.check(CL10.clFinish(queue), "clFinish");
  }

  /**
   * Waits, then gives bytes of the device. What is given is valid until the next read.
   *
   * @param from the memory
   * @param offset first byte
   * @param bytes how many
   */
  MemorySegment read(Memory from, long offset, long bytes) {
    return read(from, offset, 1, bytes, bytes);
  }

  /**
   * Waits, then gives bytes of several rows, one after the other, in one copy. What is given is
   * valid until the next read.
   *
   * @param from the memory
   * @param offset first byte of the first row
   * @param rows how many rows
   * @param bytes of each row
   * @param stride bytes from a row to the next
   */
  MemorySegment read(Memory from, long offset, long rows, long bytes, long stride) {
    MemorySegment into = land(Math.multiplyExact(rows, bytes));
    traffic.reads++;
    traffic.bytesRead += rows * bytes;
    int code;
    if (rows == 1 || bytes == stride) {
      code =
          CL10.nclEnqueueReadBuffer(
              queue, from.handle(), CL10.CL_TRUE, offset, rows * bytes, into.address(), 0, 0, 0);
    } else {
      rect(offset % stride, offset / stride, bytes, rows);
      long address = rect.address();
      code =
          CL11.nclEnqueueReadBufferRect(
              queue,
              from.handle(),
              CL10.CL_TRUE,
              address,
              address + 3 * Long.BYTES,
              address + 6 * Long.BYTES,
              stride,
              0,
              bytes,
              0,
              into.address(),
              0,
              0,
              0);
    }
    if (code != CL10.CL_SUCCESS) {
      Cl.check(code, "clEnqueueReadBuffer of " + rows * bytes + " bytes");
    }
    used = 0; // the queue is empty
    return into;
  }

  /** Origin on the device, origin on the host (zeros) and region of a copy of rows. */
  private void rect(long column, long row, long bytes, long rows) {
    rect.setAtIndex(ValueLayout.JAVA_LONG, 0, column);
    rect.setAtIndex(ValueLayout.JAVA_LONG, 1, row);
    rect.setAtIndex(ValueLayout.JAVA_LONG, 6, bytes);
    rect.setAtIndex(ValueLayout.JAVA_LONG, 7, rows);
    rect.setAtIndex(ValueLayout.JAVA_LONG, 8, 1);
  }

  private MemorySegment land(long bytes) {
    if (landing.byteSize() < bytes) {
      landing = Arena.ofAuto().allocate(Math.max(bytes, 2 * landing.byteSize()), Long.BYTES);
    }
    return landing;
  }

  /** Gives everything back. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      int finished = CL10.clFinish(queue);
      try {
        ledger.releaseAll();
        programs.close();
        Cl.check(CL10.clReleaseCommandQueue(queue), "clReleaseCommandQueue");
        Cl.check(CL10.clReleaseContext(context), "clReleaseContext");
      } finally {
        arena.close();
      }
      Cl.check(finished, "clFinish"); // last, so that a device that is lost is closed all the same
    }
  }
}

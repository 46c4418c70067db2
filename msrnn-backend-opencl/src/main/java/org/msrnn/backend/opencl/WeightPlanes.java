package org.msrnn.backend.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.msrnn.api.backend.Tensor;
import org.msrnn.api.backend.TensorType;

/**
 * The fields of a format's block, each of which becomes a plane of its own on the device, so that
 * loads are aligned and neighbours read neighbours.
 *
 * @param fields bytes of each field, in the order of the file
 */
record WeightPlanes(int... fields) {
  private static final int ALIGNMENT = 16;
  private static final long PIECE = 1 << 20;

  static WeightPlanes of(TensorType type) {
    return switch (type) {
      case F32, F16, BF16 -> new WeightPlanes(type.blockBytes());
      case Q8_0 -> new WeightPlanes(2, 32);
      case Q4_0 -> new WeightPlanes(2, 16);
      case Q4_1 -> new WeightPlanes(4, 16);
      case Q5_0 -> new WeightPlanes(2, 4, 16);
      case Q5_1 -> new WeightPlanes(4, 4, 16);
      case Q4_K -> new WeightPlanes(4, 12, 128);
      case Q5_K -> new WeightPlanes(4, 12, 32, 128);
      case Q6_K -> new WeightPlanes(128, 64, 16, 2);
    };
  }

  /** Bytes of all planes. */
  long bytes(long blocks) {
    long bytes = 0;
    for (int field : fields) {
      bytes = Math.addExact(bytes, aligned(Math.multiplyExact(blocks, (long) field)));
    }
    return bytes;
  }

  private static long aligned(long bytes) {
    return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
  }

  /** Queues the copy of a tensor's blocks to the device. */
  void write(Tensor tensor, Device device, Memory to) {
    int blockBytes = tensor.type().blockBytes();
    long all = tensor.bytes() / blockBytes;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment piece = arena.allocate(Math.min(PIECE, tensor.bytes()));
      long first = 0;
      for (Tensor part : tensor.parts()) {
        MemorySegment data = part.data();
        long blocks = data.byteSize() / blockBytes;
        long plane = 0;
        int before = 0;
        for (int field : fields) {
          if (field == blockBytes) {
            device.write(data, to, first * field);
          } else {
            long at = plane + first * field;
            write(data.asSlice(before), blockBytes, blocks, field, piece, device, to, at);
          }
          plane += aligned(all * field);
          before += field;
        }
        first += blocks;
      }
    }
  }

  private static void write(
      MemorySegment from,
      int blockBytes,
      long blocks,
      int field,
      MemorySegment piece,
      Device device,
      Memory to,
      long plane) {
    long most = piece.byteSize() / field;
    for (long done = 0; done < blocks; done += most) {
      long count = Math.min(most, blocks - done);
      for (long b = 0; b < count; b++) {
        MemorySegment.copy(from, (done + b) * blockBytes, piece, b * field, field);
      }
      device.write(piece.asSlice(0, count * field), to, plane + done * field);
    }
  }
}

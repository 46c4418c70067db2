package org.msrnn.backend.opencl;

/** Chooses which states leave ({@code slots.cl}). */
final class SlotKernels {
  final Device device;
  final StateKernels states;

  SlotKernels(Device device, StateKernels states) {
    this.device = device;
    this.states = states;
  }
}

package org.msrnn.backend.opencl;

/**
 * A device as its driver describes it.
 *
 * @param index its number among all devices of all platforms, from 0, by which users choose it
 * @param platformId OpenCL's handle
 * @param deviceId OpenCL's handle
 * @param platform name of the platform
 * @param name name of the device
 * @param driver version of the driver
 * @param version what it implements, for example {@code OpenCL 3.0}
 * @param gpu whether it is a GPU or another accelerator, not a CPU
 * @param globalMemory bytes of its memory
 * @param largestAllocation bytes of its largest buffer
 * @param localMemory bytes that the work-items of a group share
 * @param largestGroup work-items of its largest group
 * @param units compute units
 * @param doubles whether it computes with 64-bit floats
 * @param exactDivision whether division and square root can be rounded correctly
 */
record DeviceInfo(
    int index,
    long platformId,
    long deviceId,
    String platform,
    String name,
    String driver,
    String version,
    boolean gpu,
    long globalMemory,
    long largestAllocation,
    long localMemory,
    long largestGroup,
    int units,
    boolean doubles,
    boolean exactDivision) {}

package org.msrnn.api.backend;

import org.jspecify.annotations.Nullable;

/**
 * A device that a backend may be opened on, as its driver describes it and as it was tried.
 *
 * @param index the number by which users choose it, from 0
 * @param name what its maker calls it
 * @param platform whose driver it is
 * @param driver version of the driver
 * @param memory bytes of its memory
 * @param gigabytesPerSecond how fast its kernels read memory, measured; 0 if that is not known
 * @param lack why it cannot be used, in one sentence, or null if it can
 */
public record DeviceReport(
    int index,
    String name,
    String platform,
    String driver,
    long memory,
    double gigabytesPerSecond,
    @Nullable String lack) {}

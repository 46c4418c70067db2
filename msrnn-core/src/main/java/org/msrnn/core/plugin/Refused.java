package org.msrnn.core.plugin;

/**
 * Something that was found and cannot be used.
 *
 * @param origin the jar or folder, or {@code built in}
 * @param reason one sentence
 */
public record Refused(String origin, String reason) {}

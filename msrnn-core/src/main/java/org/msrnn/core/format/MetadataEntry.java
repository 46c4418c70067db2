package org.msrnn.core.format;

/**
 * One metadata entry, for people to read.
 *
 * @param key its key
 * @param type type of the value in the format's words: {@code u32}, {@code array of string}
 * @param text the value, long ones abbreviated, control characters escaped
 */
public record MetadataEntry(String key, String type, String text) {}

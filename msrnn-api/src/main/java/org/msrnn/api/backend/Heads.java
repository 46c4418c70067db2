package org.msrnn.api.backend;

/**
 * Some neighbouring heads of a row.
 *
 * @param first the first head
 * @param count how many
 * @param size numbers a head
 */
public record Heads(int first, int count, int size) {}

package org.msrnn.core.format;

/**
 * A tensor and the file that has it.
 *
 * @param entry its name, shape and place
 * @param file the file that the place is in
 */
record StoredTensor(TensorEntry entry, Cursor file) {}

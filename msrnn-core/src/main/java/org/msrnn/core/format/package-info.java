/**
 * Model files as descriptions: metadata with typed values, and tensors whose place and size were
 * checked before anything was allocated on their word.
 *
 * <p>Every number in a file is hostile. Each reader checks counts against the bytes that remain,
 * computes sizes exactly in {@code long}, and reports every fault as {@link
 * org.msrnn.api.ModelFileException} with file, offset, field, what was found and what is allowed.
 */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.core.format;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;

package org.msrnn.eval.task;

/**
 * A prompt in tokens.
 *
 * @param ids the tokens, BOS first where the model wants it
 * @param truncated whether a part of the prompt was cut
 */
@SuppressWarnings("ArrayRecordComponent")
public record TokenPrompt(int[] ids, boolean truncated) {}

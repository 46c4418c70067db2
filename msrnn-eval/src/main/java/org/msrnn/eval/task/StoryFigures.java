package org.msrnn.eval.task;

/**
 * A story, and how it came about.
 *
 * @param prompt the request, as it was fed
 * @param seed seed of the draws
 * @param text the story, without the request
 * @param promptTokens tokens of the request, BOS included
 * @param tokens tokens of the story
 * @param ended whether the model ended it; else it was cut
 * @param filled whether the state was ever full, so that a single state had to leave; up to there a
 *     bounded state writes what an unbounded one writes
 * @param peakStates the most single states that any layer or KV head held after a step
 * @param stateBytes bytes of keys and values at the end
 * @param reservedBytes bytes set aside for them, free slots included
 * @param evictions single states evicted
 */
public record StoryFigures(
    String prompt,
    long seed,
    String text,
    long promptTokens,
    long tokens,
    boolean ended,
    boolean filled,
    long peakStates,
    long stateBytes,
    long reservedBytes,
    long evictions) {}

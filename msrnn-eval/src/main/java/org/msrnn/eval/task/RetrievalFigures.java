package org.msrnn.eval.task;

import java.util.List;

/**
 * What a retrieval item found.
 *
 * @param kind RULER's name of the task
 * @param score share of the answers that occur in the prediction, from 0 to 1
 * @param prediction what the model wrote
 * @param answers what it should have written
 * @param promptTokens tokens of the prompt, BOS included
 * @param newTokens tokens it wrote
 * @param peakStates the most single states that any layer or KV head held after a step
 * @param stateBytes bytes of keys and values at the end
 * @param reservedBytes bytes set aside for them, free slots included
 * @param evictions single states evicted
 */
public record RetrievalFigures(
    String kind,
    double score,
    String prediction,
    List<String> answers,
    long promptTokens,
    long newTokens,
    long peakStates,
    long stateBytes,
    long reservedBytes,
    long evictions) {}

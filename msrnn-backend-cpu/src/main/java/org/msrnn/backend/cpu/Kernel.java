package org.msrnn.backend.cpu;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a hot loop of vectors. HotSpot's C2 stops inlining where a compilation has become too
 * large, and vectors that cross a call which was not inlined become objects: the loop is then ten
 * to a thousand times slower. So a kernel has to be compiled by itself, whatever runs before it.
 * That is so if it is too large to be inlined itself, more than 325 bytecodes (FreqInlineSize),
 * which a test holds. Within this, few vector operations, which is to be tried: a loop of 36 with
 * two loads from segments is compiled well, one of 42 is not; one of eight loads and eight products
 * is. Shifts of shorts are cheap, masks by a number cost two operations, and small methods around
 * an operation count as well: the loops that read their own scales are written out, and have no
 * room for more.
 *
 * <p>Loops of a handful of operations are not marked, nor, so far, those around the exponential.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
@interface Kernel {}

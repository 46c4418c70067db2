/** Random numbers that follow from what they are for, and not from how many came before. */
@NullMarked
package org.msrnn.core.random;

import org.jspecify.annotations.NullMarked;

package org.msrnn.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** How far a type may be relied upon. A package's level holds for its types without one. */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.PACKAGE, ElementType.TYPE, ElementType.METHOD})
public @interface Stability {
  /** The level of the annotated element. */
  Level value();

  /** The levels, from the most to the least dependable. */
  enum Level {
    /** Changes only with a new major version. */
    STABLE,
    /** May still change, with an entry in the change log. */
    EXPERIMENTAL,
    /** Not for use outside the project. */
    INTERNAL
  }
}

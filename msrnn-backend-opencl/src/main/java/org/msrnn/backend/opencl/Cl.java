package org.msrnn.backend.opencl;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.TreeMap;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL11;
import org.lwjgl.opencl.CL12;
import org.msrnn.api.BackendException;

/** The one place where return codes of OpenCL are looked at. */
final class Cl {
  /** What a loader answers when no driver is installed (cl_khr_icd). */
  static final int NO_PLATFORM = -1001;

  private Cl() {}

  /**
   * Refuses a code that is not success.
   *
   * @param call what was called, for the message
   * @throws BackendException naming call and code
   */
  static void check(int code, String call) {
    if (code != CL10.CL_SUCCESS) {
      throw new BackendException("OpenCL refused " + call + ": " + name(code));
    }
  }

  /**
   * Whether a question has an answer.
   *
   * @param nothing the code that says that there is none
   * @throws BackendException for any other code but success
   */
  static boolean answered(int code, int nothing, String call) {
    if (code == nothing) {
      return false;
    }
    check(code, call);
    return true;
  }

  /** A code by its name. */
  static String name(int code) {
    return (code == NO_PLATFORM ? "no platform" : Names.ALL.getOrDefault(code, "unknown code"))
        + " ("
        + code
        + ")";
  }

  /** Names of negative codes, which constants of no other kind have. */
  private static final class Names {
    static final Map<Integer, String> ALL = new TreeMap<>();

    static {
      for (Class<?> version : new Class<?>[] {CL10.class, CL11.class, CL12.class}) {
        for (Field field : version.getDeclaredFields()) {
          add(field);
        }
      }
    }

    private static void add(Field field) {
      int modifiers = field.getModifiers();
      if (field.getType() == int.class
          && Modifier.isStatic(modifiers)
          && Modifier.isPublic(modifiers)) {
        try {
          int value = field.getInt(null);
          if (value < 0) {
            ALL.putIfAbsent(value, field.getName());
          }
        } catch (IllegalAccessException e) {
          throw new AssertionError("a public constant that cannot be read", e);
        }
      }
    }
  }
}

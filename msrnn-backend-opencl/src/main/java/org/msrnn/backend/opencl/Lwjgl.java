package org.msrnn.backend.opencl;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.lwjgl.system.Configuration;
import org.lwjgl.system.Platform;

/** How LWJGL is to be set up, before its first native call. Properties of the user's stand. */
final class Lwjgl {
  private Lwjgl() {}

  static void prepare() {
    if (Configuration.MEMORY_BACKEND.get() == null) {
      Configuration.MEMORY_BACKEND.set("ffm"); // the default warns, and wants jdk.unsupported
    }
    if (Configuration.OPENCL_LIBRARY_NAME.get() == null && Platform.get() == Platform.LINUX) {
      // without a version the name belongs to development packages alone
      Configuration.OPENCL_LIBRARY_NAME.set("libOpenCL.so.1");
    }
    if (Configuration.DEBUG_STREAM.get() == null
        && !Boolean.TRUE.equals(Configuration.DEBUG.get())) {
      // advice on missing libraries goes with an exception whose message we show
      Configuration.DEBUG_STREAM.set(
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    }
  }
}

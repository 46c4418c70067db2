package org.msrnn.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** HotSpot compiles each {@link Kernel} by itself, since it is too large to be inlined. */
class KernelSizeTest {
  /** HotSpot's FreqInlineSize: it inlines no larger method, however often it is called. */
  private static final int MOST_INLINED = 325;

  /** So many there are: an annotation that is not found must not make the test empty. */
  private static final int KERNELS = 26;

  @Test
  void kernelsAreTooLargeToBeInlined() throws IOException, URISyntaxException {
    Map<String, Integer> sizes = new TreeMap<>();
    for (Path file : classes()) {
      ClassModel type = ClassFile.of().parse(file);
      for (MethodModel method : type.methods()) {
        if (isKernel(method)) {
          String name = type.thisClass().name().stringValue() + "." + method.methodName();
          sizes.put(name, size(method));
        }
      }
    }
    assertThat(sizes).hasSizeGreaterThanOrEqualTo(KERNELS);
    assertThat(sizes)
        .allSatisfy(
            (name, size) ->
                assertThat(size).as("bytecodes of %s", name).isGreaterThan(MOST_INLINED));
  }

  private static List<Path> classes() throws IOException, URISyntaxException {
    Path root = Path.of(Kernel.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.toString().endsWith(".class")).toList();
    }
  }

  private static boolean isKernel(MethodModel method) {
    return method.findAttribute(Attributes.runtimeInvisibleAnnotations()).stream()
        .flatMap(attribute -> attribute.annotations().stream())
        .anyMatch(
            annotation ->
                annotation.classSymbol().equals(Kernel.class.describeConstable().orElseThrow()));
  }

  private static int size(MethodModel method) {
    return method.findAttribute(Attributes.code()).orElseThrow().codeLength();
  }
}

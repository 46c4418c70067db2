package org.msrnn.core.plugin;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.jar.JarOutputStream;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** A plug-in jar, compiled from a few lines, with defects on demand. */
final class TestPlugin {
  private final String module;
  private final boolean service;
  private String nameBody;
  private String constructor = "";
  private String member = "";
  private String create = "return new Policy();";
  private String requires = "";
  private String removed = "";
  private int classVersion;

  private TestPlugin(String module, String name, boolean service) {
    this.module = module;
    this.service = service;
    this.nameBody = "return \"" + name + "\";";
  }

  static TestPlugin good(String module, String name) {
    return new TestPlugin(module, name, true);
  }

  static TestPlugin withoutService(String module) {
    return new TestPlugin(module, "none", false);
  }

  TestPlugin withConstructor(String body) {
    constructor = body;
    return this;
  }

  TestPlugin withMember(String line) {
    member = line;
    return this;
  }

  TestPlugin withName(String body) {
    nameBody = body;
    return this;
  }

  TestPlugin withCreate(String body) {
    create = body;
    return this;
  }

  TestPlugin withClassVersion(int version) {
    classVersion = version;
    return this;
  }

  /** Requires a module that is there when the plug-in is compiled and gone when it is run. */
  TestPlugin requiring(String other) {
    requires = other;
    return this;
  }

  TestPlugin without(String entry) {
    removed = entry;
    return this;
  }

  Path writeTo(Path jar) throws IOException {
    try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Map.Entry<String, byte[]> entry : compile().entrySet()) {
        String name = entry.getKey();
        if (name.equals(removed)) {
          continue;
        }
        byte[] bytes = entry.getValue();
        if (classVersion > 0 && !name.equals("module-info.class")) {
          bytes[7] = (byte) classVersion;
        }
        out.putNextEntry(new ZipEntry(name));
        out.write(bytes);
        out.closeEntry();
      }
    }
    return jar;
  }

  private Map<String, byte[]> compile() throws IOException {
    Path folder = Files.createTempDirectory("plugin");
    Path provider = folder.resolve("Provider.java");
    Path info = folder.resolve("module-info.java");
    Path classes = folder.resolve("classes");
    Files.writeString(provider, provider());
    Files.writeString(info, moduleInfo());
    var log = new StringWriter();
    var printer = new PrintWriter(log);
    int code =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                printer,
                printer,
                "-proc:none",
                "--module-path",
                System.getProperty("jdk.module.path"),
                "-d",
                classes.toString(),
                provider.toString(),
                info.toString());
    if (code != 0) {
      throw new IllegalStateException(log.toString());
    }
    Map<String, byte[]> compiled = new TreeMap<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        compiled.put(
            classes.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
      }
    }
    if (!requires.isEmpty()) {
      // the name of the module that was required is replaced where it stands as a constant
      replace(
          Objects.requireNonNull(compiled.get("module-info.class")),
          "java.management.rmi",
          pad(requires));
    }
    return compiled;
  }

  private static String pad(String name) {
    String wanted = "java.management.rmi";
    return (name + "." + "x".repeat(wanted.length())).substring(0, wanted.length());
  }

  private static void replace(byte[] bytes, String from, String to) {
    for (int i = 0; i + from.length() <= bytes.length; i++) {
      if (new String(bytes, i, from.length(), StandardCharsets.ISO_8859_1).equals(from)) {
        System.arraycopy(to.getBytes(StandardCharsets.ISO_8859_1), 0, bytes, i, to.length());
      }
    }
  }

  private String moduleInfo() {
    String provides =
        "provides org.msrnn.api.policy.EvictionPolicyProvider with " + module + ".Provider;";
    return "module "
        + module
        + " { requires org.msrnn.api; "
        + (requires.isEmpty() ? "" : "requires java.management.rmi; ")
        + (service ? provides : "")
        + " }";
  }

  private String provider() {
    return """
    package %s;
    import org.msrnn.api.policy.*;
    public final class Provider implements EvictionPolicyProvider {
      %s
      public Provider() { if (getClass() != null) { %s } }
      public String name() { if (getClass() != null) { %s } return ""; }
      public String summary() { return "test"; }
      public EvictionPolicy create(Options options) {
        if (options != null) { %s }
        return null;
      }
      static final class Policy implements EvictionPolicy {
        public Signals observes() { return Signals.NONE; }
        public void score(KvSet set, double[] scores) {}
      }
    }
    """
        .formatted(module, member, constructor, nameBody, create);
  }
}

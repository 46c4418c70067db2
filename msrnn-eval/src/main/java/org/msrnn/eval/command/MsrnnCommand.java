package org.msrnn.eval.command;

import com.google.inject.Guice;
import com.google.inject.Injector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.task.CodeVersion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code msrnn}: the options that every subcommand has, and how commands are run. */
@Command(
    name = "msrnn",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = MsrnnCommand.Version.class,
    usageHelpAutoWidth = true,
    sortOptions = false,
    description = "Multi-state RNNs from decoder-only transformers: run, extend and measure them.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:success", "1:failed", "2:wrong usage"},
    subcommands = {
      GenerateCommand.class,
      ChatCommand.class,
      PerplexityCommand.class,
      SweepCommand.class,
      EvalCommand.class,
      StoriesCommand.class,
      JudgeCommand.class,
      RetentionCommand.class,
      ReportCommand.class,
      BenchCommand.class,
      InspectCommand.class,
      PoliciesCommand.class,
      BackendsCommand.class
    })
public final class MsrnnCommand implements Runnable {
  @Spec @Nullable CommandSpec spec;

  @Option(
      names = {"-m", "--model"},
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description =
          "Model: a GGUF file or a Hugging Face folder. Without it, the bundled model bookworm.")
  @Nullable Path model;

  @Option(
      names = "--backend",
      scope = ScopeType.INHERIT,
      paramLabel = "NAME",
      description =
          "Backend, with device or options if any: auto, cpu, cpu:threads=2, opencl, opencl:1,"
              + " plain. Default: auto.")
  String backend = "auto";

  @Option(
      names = "--threads",
      scope = ScopeType.INHERIT,
      paramLabel = "N",
      description =
          "Threads that compute: the option threads of the backend. Default: all processors.")
  @Nullable Integer threads;

  @Option(
      names = "--plugins",
      scope = ScopeType.INHERIT,
      paramLabel = "DIR",
      description = "Folder of plug-in jars, beside the plugins folder of the image. Repeatable.")
  List<Path> plugins = new ArrayList<>();

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print the result as one JSON object; in chat, one a turn.")
  boolean json;

  @Option(
      names = "--trace",
      scope = ScopeType.INHERIT,
      description = "Print stack traces of failures.")
  boolean trace;

  MsrnnCommand() {}

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(),
          "no command was given; there are "
              + String.join(", ", spec.subcommands().keySet())
              + ", and msrnn --help describes them");
    }
  }

  /**
   * Runs a command line.
   *
   * @return 0 for success, 1 for failure, 2 for wrong usage
   */
  public static int run(Console console, String... args) {
    MsrnnCommand root = new MsrnnCommand();
    Injector injector = Guice.createInjector(new ServicesModule(root, console));
    Failures failures = new Failures(root, console);
    try (Session _ = injector.getInstance(Session.class)) { // the one that all commands have
      CommandLine line = new CommandLine(root, new CommandFactory(injector));
      line.setOut(console.out()).setErr(console.err());
      line.setCaseInsensitiveEnumValuesAllowed(true);
      line.setParameterExceptionHandler((e, given) -> failures.usage(e));
      line.setExecutionExceptionHandler((e, command, result) -> failures.report(e));
      int code = line.execute(args);
      console.out().flush();
      return code;
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      return failures.report(e);
    }
  }

  /** Says which version this is. */
  static final class Version implements CommandLine.IVersionProvider {
    Version() {}

    @Override
    public String[] getVersion() {
      return new String[] {
        "msrnn " + CodeVersion.release() + ", Java " + System.getProperty("java.version")
      };
    }
  }

  /** Commands come from Guice, everything else that picocli makes from picocli. */
  private record CommandFactory(Injector injector) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      return type.isAnnotationPresent(Command.class)
          ? injector.getInstance(type)
          : CommandLine.defaultFactory().create(type);
    }
  }
}

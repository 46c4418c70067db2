package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.backend.TensorType;
import org.msrnn.core.format.TensorEntry;
import org.msrnn.core.model.ModelReader;
import org.msrnn.core.synthetic.ModelShape;
import org.msrnn.core.synthetic.RandomModelFile;
import org.msrnn.core.synthetic.TensorEncoder;
import org.msrnn.eval.bench.Bench;
import org.msrnn.eval.bench.BenchPlan;
import org.msrnn.eval.bench.BenchReport;
import org.msrnn.eval.bench.BenchResult;
import org.msrnn.eval.bench.Measurement;
import org.msrnn.eval.bench.ModelFigures;
import org.msrnn.eval.bench.StateMemory;
import org.msrnn.eval.bench.SystemMemory;
import org.msrnn.eval.task.Machine;
import org.msrnn.eval.task.Machine.Setup;
import org.msrnn.eval.task.SpecText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code msrnn bench}. */
@Command(
    name = "bench",
    description = {
      "Measures speed and memory: prompts (pp) and generation (tg), by policy, state, depth and"
          + " batch.",
      "Every option that is a list takes its values with commas between them; each is measured"
          + " with each."
    })
final class BenchCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = "--shape",
      paramLabel = "S",
      description =
          "Instead of a model file: random weights of this shape, made in memory (llama-1b, 110m,"
              + " llama-7b, tiny).")
  @Nullable String shape;

  @Option(
      names = "--type",
      paramLabel = "T",
      description =
          "Number format of the weights of --shape: f32, f16, bf16, q8_0, q4_0, q4_1, q5_0, q5_1,"
              + " q4_k, q5_k, q6_k. Default: q8_0.")
  @Nullable String type;

  @Option(
      names = "--write",
      paramLabel = "FILE",
      description = "Measure nothing, but write the model of --shape as a GGUF file.")
  @Nullable Path write;

  @Option(
      names = "-p",
      split = ",",
      paramLabel = "N",
      description = "Tokens of the prompts, a list; 0 for none. Default: 512.")
  List<Integer> prompts = List.of(512);

  @Option(
      names = "-n",
      split = ",",
      paramLabel = "N",
      description = "Tokens generated, a list; 0 for none. Default: 128.")
  List<Integer> generated = List.of(128);

  @Option(
      names = "-d",
      split = ",",
      paramLabel = "N",
      description = "Depths: random tokens that are fed before, not timed; a list. Default: 0.")
  List<Integer> depths = List.of(0);

  @Option(
      names = "-b",
      split = ",",
      paramLabel = "N",
      description =
          "Sequences that generate together, one step for all of them; a list. Default: 1.")
  List<Integer> batches = List.of(1);

  @Option(
      names = "-r",
      paramLabel = "N",
      description = "Repetitions of each test. Default: ${DEFAULT-VALUE}.")
  int repetitions = 5;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description =
          "How long each test runs before it is timed, at least once. Default: ${DEFAULT-VALUE}.")
  double warmUpSeconds = 3;

  @Option(
      names = "--policies",
      paramLabel = "P",
      description =
          "Policies, with ; or a comma between them; all stands for every one that needs no option."
              + " Default: ${DEFAULT-VALUE}.")
  String policies = "full";

  @Option(
      names = "--states",
      split = ",",
      paramLabel = "K",
      description =
          "State sizes of bounded policies: counts, or fractions of the model's context such as"
              + " 1/8. Default: 512.")
  List<String> states = List.of("512");

  @Mixin StateOptions state = new StateOptions();

  @Option(
      names = "--capacity",
      paramLabel = "BYTES",
      description =
          "Say how many sequences with full states fit into this memory, such as 8GiB, beside the"
              + " weights. Full is k, or the model's context under a policy without k.")
  @Nullable String capacity;

  @Option(
      names = "--format",
      paramLabel = "F",
      description = "table, md, csv or json. Default: table.")
  BenchReport.@Nullable Format format;

  @Inject
  BenchCommand(Session session) {
    this.session = session;
  }

  /** A model that runs, and what is known of its weights. */
  private record Subject(Machine machine, ModelFigures figures, double loadSeconds) {}

  @Override
  public Integer call() {
    if (write != null) {
      write(write);
      return 0;
    }
    BenchReport.Format chosen = format();
    Long bytes = capacity == null ? null : (Long) StateMemory.parse("capacity", capacity);
    List<String> policyList =
        PolicyList.parse(policies, session.catalog(), n -> session.console().note("note: " + n));
    plan(List.of()); // refuses bad numbers before a model is loaded
    Subject subject = subject();
    BenchPlan plan = plan(setups(subject.machine(), policyList));
    List<Measurement> measured = run(subject.machine(), plan);
    OptionalLong peak = SystemMemory.peak(); // before there is a buffer to measure bandwidth with
    BenchReport report =
        new BenchReport(
            BenchResult.of(
                subject.machine(),
                subject.figures(),
                measured,
                peak,
                subject.loadSeconds(),
                bytes));
    session.console().print(report.text(chosen).stripTrailing());
    if (chosen == BenchReport.Format.CSV) {
      report.facts().lines().forEach(session.console()::note);
    }
    return 0;
  }

  private void write(Path file) {
    if (shape == null) {
      throw new InvalidOptionException(
          "write", "--write goes with --shape alone: it writes a model of random weights");
    }
    ModelShape named = ModelShape.named(shape);
    try (ProgressLine line = new ProgressLine(session.console())) {
      RandomModelFile.write(
          named, weights(), file, (done, total) -> line.update(done, total, "bytes"));
    }
    session.console().note("written: " + file);
  }

  private TensorType weights() {
    return TensorEncoder.type(type == null ? "q8_0" : type);
  }

  private BenchReport.Format format() {
    if (format == null) {
      return session.json() ? BenchReport.Format.JSON : BenchReport.Format.TABLE;
    }
    if (session.json() && format != BenchReport.Format.JSON) {
      throw new InvalidOptionException(
          "format", "--json and --format are two formats; choose one of them");
    }
    return format;
  }

  private BenchPlan plan(List<Setup> setups) {
    return new BenchPlan(
        setups, prompts, generated, batches, depths, repetitions, warmUpSeconds, state.seed);
  }

  private Subject subject() {
    ModelShape named = shape == null ? null : ModelShape.named(shape);
    if (named == null && type != null) {
      throw new InvalidOptionException(
          "type", "--type goes with --shape alone: a model file has number formats of its own");
    }
    TensorType weights = weights();
    List<TensorEntry> tensors = named == null ? List.of() : named.tensors(weights);
    session.backend(); // its start is no part of the load time
    long start = System.nanoTime();
    Machine machine = named == null ? session.machine() : session.machine(named, weights);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (named == null) {
      tensors = ModelReader.inspect(session.modelFile()).tensors();
    }
    return new Subject(machine, ModelFigures.of(machine.model().info().name(), tensors), seconds);
  }

  /** Number formats of keys and values are a list too. */
  private List<Setup> setups(Machine machine, List<String> policyList) {
    List<Setup> setups = new ArrayList<>();
    for (String storage : state.storage.split(",", -1)) {
      SpecText one = state.spec("full", null).withStorage(storage.strip());
      setups.addAll(machine.setups(policyList, states, one));
    }
    return setups;
  }

  private List<Measurement> run(Machine machine, BenchPlan plan) {
    try (ProgressLine line = new ProgressLine(session.console())) {
      return new Bench(machine.model().msrnn(), plan, line::update).run();
    }
  }
}

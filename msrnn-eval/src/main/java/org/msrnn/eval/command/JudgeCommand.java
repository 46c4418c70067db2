package org.msrnn.eval.command;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.judge.Contest;
import org.msrnn.eval.judge.Endpoint;
import org.msrnn.eval.judge.JudgeClient;
import org.msrnn.eval.judge.JudgeFormat;
import org.msrnn.eval.judge.JudgeLimits;
import org.msrnn.eval.judge.JudgeReport;
import org.msrnn.eval.judge.JudgeTime;
import org.msrnn.eval.judge.Judging;
import org.msrnn.eval.judge.Secret;
import org.msrnn.eval.judge.Transcripts;
import org.msrnn.eval.report.Numbers;
import org.msrnn.eval.report.SweepReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code msrnn judge}. */
@Command(
    name = "judge",
    description = {
      "Has a language model compare the stories of bounded states with those of all states.",
      "Each pair is shown in both orders, and won only in both. Every answer is kept in"
          + " judge.jsonl; the same command asks for what is missing."
    })
final class JudgeCommand implements Callable<Integer> {
  private static final String URL = "--url";
  private static final String KEY_ENV = "--key-env";
  private static final String KEY_FILE = "--key-file";

  private final Session session;

  @Parameters(paramLabel = "DIR", description = "The folder of msrnn stories.")
  Path folder = Path.of(".");

  @Option(
      names = URL,
      paramLabel = "URL",
      description =
          "An OpenAI-compatible server: the part before /chat/completions, such as"
              + " http://localhost:8080/v1.")
  @Nullable String url;

  @Option(
      names = "--judge-model",
      required = true,
      paramLabel = "NAME",
      description = "The judge, as its server names it.")
  String model = "";

  @Option(
      names = KEY_ENV,
      paramLabel = "VAR",
      description = "Name of the environment variable that holds the server's key.")
  @Nullable String keyVariable;

  @Option(
      names = KEY_FILE,
      paramLabel = "FILE",
      description = "File that holds the server's key. Default: no key.")
  @Nullable Path keyFile;

  @Option(
      names = "--format",
      paramLabel = "F",
      description =
          "How the judge is asked: paper ((A), (B) or (C)), fastchat (reasons, then [[A]], [[B]] or"
              + " [[C]]), alpaca (log-probabilities of two labels). Default: ${DEFAULT-VALUE}.")
  String format = "paper";

  @Option(
      names = "--replay",
      description = "Ask nobody: work from the answers in judge.jsonl alone.")
  boolean replay;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Judge the first N seeds of each policy and state size. Default: all.")
  @Nullable Integer limit;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the judge and of the intervals. Default: ${DEFAULT-VALUE}.")
  long seed = 0;

  @Option(
      names = "--repair",
      description = "Move damaged parts of judge.jsonl aside and ask for them again.")
  boolean repair;

  @Inject
  JudgeCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    JudgeFormat asked = JudgeFormat.named("format", format);
    if (limit != null && limit < 1) {
      throw new InvalidOptionException("limit", limit.toString(), "1 or more");
    }
    if (replay) {
      return replay(asked);
    }
    Endpoint endpoint = endpoint();
    Secret key = key();
    if (key != null && endpoint.readableOnTheWay()) {
      session.console().note("note: --url is http, so everybody on the way can read the key");
    }
    List<Contest> contests = contests();
    try (Transcripts transcripts = Transcripts.open(folder, repair);
        JudgeClient client = new JudgeClient(endpoint, key, JudgeLimits.STANDARD, JudgeTime.REAL)) {
      return judge(contests, asked, transcripts, client);
    }
  }

  private int replay(JudgeFormat asked) {
    List<Contest> contests = contests();
    try (Transcripts transcripts = Transcripts.read(folder)) {
      return judge(contests, asked, transcripts, null);
    }
  }

  private int judge(
      List<Contest> contests,
      JudgeFormat asked,
      Transcripts transcripts,
      @Nullable JudgeClient client) {
    Judging judging = new Judging(asked, model, seed, transcripts, client);
    JudgeReport report;
    try (ProgressLine line = new ProgressLine(session.console())) {
      report = JudgeReport.of(contests, judging, model, asked, seed, line::update);
    }
    report.write(folder);
    session.print(report, report.text());
    session
        .console()
        .note(
            Numbers.count(judging.asked())
                + " requests sent, "
                + Numbers.count(judging.failed())
                + " failed"
                + (judging.failed() == 0 ? "" : " (the same command tries them again)")
                + "; the figures are "
                + folder.resolve("judge.json"));
    return judging.failed() == 0 ? 0 : 1;
  }

  private Endpoint endpoint() {
    if (url == null) {
      throw new InvalidOptionException(
          URL, "no judge was given: " + URL + " with its address, or --replay to ask nobody");
    }
    return Endpoint.parse(URL, url);
  }

  private @Nullable Secret key() {
    if (keyVariable != null && keyFile != null) {
      throw new InvalidOptionException(
          KEY_ENV, KEY_ENV + " and " + KEY_FILE + " both name a key; choose one of them");
    }
    if (keyVariable != null) {
      return Secret.ofVariable(KEY_ENV, keyVariable, System::getenv);
    }
    return keyFile == null ? null : Secret.ofFile(KEY_FILE, keyFile);
  }

  private List<Contest> contests() {
    List<Contest.Told> stories = Contest.Told.of(SweepReport.cells(folder));
    if (stories.isEmpty()) {
      throw new MsrnnException(
          folder + " holds no stories; msrnn stories --out " + folder + " tells them");
    }
    List<Contest> contests = Contest.of(stories, limit == null ? Long.MAX_VALUE : limit);
    if (contests.isEmpty()) {
      throw new MsrnnException(
          folder
              + " holds no story of a bounded state with one of all states beside it; msrnn stories"
              + " with the policy full and another one tells both");
    }
    return contests;
  }
}

package org.msrnn.eval.judge;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.MsrnnException;
import org.msrnn.eval.judge.JudgeException.Reach;
import org.msrnn.eval.judge.JudgeFormat.Question;
import org.msrnn.eval.judge.PairResult.Outcome;
import org.msrnn.eval.task.StoryPrompt;

/**
 * Puts pairs of stories before a judge, in both orders, and keeps each answer.
 *
 * <p>An answer that is there already is not asked for again, whatever it says; a request that
 * failed is. An answer without a verdict is asked for once more, with the next seed. Not
 * thread-safe.
 */
public final class Judging {
  private static final int ASKED_AT_MOST = 2;

  /** So many requests in a row whose tries were used up, and the server counts as gone. */
  private static final int GONE_AFTER = 3;

  private final JudgeFormat format;
  private final String model;
  private final long seed;
  private final Transcripts transcripts;
  private final @Nullable JudgeClient client;
  private int exhausted;
  private long asked;
  private long failed;
  private long absent;

  /**
   * A judge.
   *
   * @param format how it is asked
   * @param model the judge's model, as its server names it
   * @param seed seed of its draws
   * @param transcripts what it has answered already; answers are added
   * @param client asks it; null to live on the transcripts alone
   */
  public Judging(
      JudgeFormat format,
      String model,
      long seed,
      Transcripts transcripts,
      @Nullable JudgeClient client) {
    this.format = format;
    this.model = model;
    this.seed = seed;
    this.transcripts = transcripts;
    this.client = client;
  }

  /** Requests that were sent. */
  public long asked() {
    return asked;
  }

  /** Of which failed. */
  public long failed() {
    return failed;
  }

  /**
   * Refuses the results where the transcripts did not suffice.
   *
   * @throws MsrnnException if answers were not there, and says how many
   */
  public void demandComplete() {
    if (absent > 0) {
      throw new MsrnnException(
          absent
              + (absent == 1 ? " answer is" : " answers are")
              + " not in "
              + Transcripts.FILE
              + ", so there is nothing to replay; the same command without --replay asks for what"
              + " is missing");
    }
  }

  /**
   * Judges a pair.
   *
   * @throws JudgeException if no other pair could be judged either
   */
  PairResult judge(StoryPair pair) {
    if (!pair.candidate().filled()) {
      return PairResult.dropped(pair.seed(), Outcome.UNFILLED);
    }
    if (pair.identical()) {
      return PairResult.dropped(pair.seed(), Outcome.IDENTICAL);
    }
    String prompt = StoryPrompt.body(pair.candidate().prompt());
    String candidate = pair.candidate().text();
    String topline = pair.topline().text();
    Optional<Verdict> one = verdict(new Question(prompt, candidate, topline));
    // Half a pair is no pair: the other half is not paid for.
    Optional<Verdict> other =
        one.isEmpty() ? Optional.empty() : verdict(new Question(prompt, topline, candidate));
    return PairResult.of(pair.seed(), one, other);
  }

  private Optional<Verdict> verdict(Question question) {
    for (int time = 0; time < ASKED_AT_MOST; time++) {
      ChatRequest request =
          new ChatRequest(
              model,
              format.messages(question),
              format.maxTokens(),
              format.topTokens(),
              seed + time);
      ChatAnswer answer = answer(request);
      if (answer == null) {
        return Optional.empty();
      }
      Optional<Verdict> verdict = format.verdict(answer);
      if (verdict.isPresent()) {
        return verdict;
      }
    }
    return Optional.empty();
  }

  private @Nullable ChatAnswer answer(ChatRequest request) {
    String key = Transcript.key(format, request);
    Transcript known = transcripts.find(key);
    if (known != null && (known.answer() != null || client == null)) {
      return known.answer();
    }
    if (client == null) {
      absent++;
      return null;
    }
    return ask(client, key, request);
  }

  private @Nullable ChatAnswer ask(JudgeClient judge, String key, ChatRequest request) {
    long start = System.nanoTime();
    asked++;
    ChatAnswer answer;
    try {
      answer = judge.ask(request);
    } catch (JudgeException e) {
      failed++;
      transcripts.add(transcript(key, request, null, e.getMessage(), start));
      exhausted = e.reach() == Reach.EXHAUSTED ? exhausted + 1 : 0;
      if (e.reach() == Reach.EVERYTHING) {
        throw e;
      }
      if (exhausted == GONE_AFTER) {
        throw new JudgeException(
            Reach.EVERYTHING, e.getMessage() + "; " + GONE_AFTER + " requests in a row failed so");
      }
      return null;
    }
    exhausted = 0;
    transcripts.add(transcript(key, request, answer, null, start));
    return answer;
  }

  private Transcript transcript(
      String key,
      ChatRequest request,
      @Nullable ChatAnswer answer,
      @Nullable String error,
      long start) {
    return new Transcript(
        key,
        answer == null ? Transcript.FAILED : Transcript.ANSWERED,
        format.name(),
        model,
        request.seed(),
        request.messages(),
        answer,
        answer == null ? null : format.verdict(answer).orElse(null),
        error,
        Math.round((System.nanoTime() - start) / 1e6) / 1e3,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
  }
}

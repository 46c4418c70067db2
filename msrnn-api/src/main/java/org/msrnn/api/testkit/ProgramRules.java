package org.msrnn.api.testkit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.KvType;
import org.msrnn.api.policy.Pins;
import org.msrnn.api.policy.ScoreProgram;

/**
 * Slots that the device keeps by itself: the states that leave are those that the program's scores
 * say. A backend that answers null to {@link Backend#programSlots} has nothing to show.
 */
final class ProgramRules {
  private static final int COURSES = 3;
  private static final int STEPS = 70;

  /** Decays are powers of two, so that sums of the course's taps are exact. */
  private static final ScoreProgram[] PROGRAMS = {
    new ScoreProgram.LastRow(),
    new ScoreProgram.Accumulate(1, 1),
    new ScoreProgram.Accumulate(1, 2),
    new ScoreProgram.Accumulate(0.5, 1),
    new ScoreProgram.Position(),
    new ScoreProgram.KeyNorm()
  };

  private final Twins twins;

  ProgramRules(Twins twins) {
    this.twins = twins;
  }

  void addTo(List<Rule> rules, Seeded.Source source) {
    for (ScoreProgram program : PROGRAMS) {
      rules.add(
          new Rule(
              "slots that the device keeps by " + program, () -> courses(program, source.get())));
      rules.add(
          new Rule("many states leave at once by " + program, () -> chunks(program, source.get())));
    }
    for (KvType type : KvType.values()) {
      rules.add(
          new Rule(
              "norms are those of the keys stored in " + type, () -> norms(type, source.get())));
    }
    rules.add(
        new Rule("attention sees the states that the device holds", () -> seen(source.get())));
  }

  private void courses(ScoreProgram program, Seeded seeded) {
    for (int c = 0; c < COURSES; c++) {
      try (ProgramCourse course = start(program, KvType.F32, seeded)) {
        for (int step = 0; course != null && step < STEPS; step++) {
          course.step();
          if (step % 3 == c || step == STEPS - 1) { // a read may hide what comes late
            course.check(seeded.label("course " + c + ", step " + step));
          }
        }
      }
    }
  }

  private @Nullable ProgramCourse start(ScoreProgram program, KvType type, Seeded seeded) {
    return ProgramCourse.of(twins, program, type, seeded);
  }

  /** A prompt that leaves little behind, pins and all, and then another in the slots it left. */
  private void chunks(ScoreProgram program, Seeded seeded) {
    try (ProgramCourse course = start(program, KvType.F32, seeded)) {
      if (course == null) {
        return;
      }
      for (int rows : new int[] {67, 700}) {
        course.append(rows);
        course.observeIfSeen();
        course.evict(rows - 29, new Pins(3, 11));
        course.check(seeded.label("a chunk of " + rows));
      }
    }
  }

  private void norms(KvType type, Seeded seeded) {
    if (!twins.offers(type)) {
      return;
    }
    try (ProgramCourse course = start(new ScoreProgram.KeyNorm(), type, seeded)) {
      for (int step = 0; course != null && step < 12; step++) {
        course.step();
        course.check(seeded.label("step " + step + " in " + type));
      }
    }
  }

  private void seen(Seeded seeded) {
    for (ScoreProgram program : PROGRAMS) {
      try (ProgramCourse course = start(program, KvType.F32, seeded)) {
        for (int turn = 0; course != null && turn < 5; turn++) {
          for (int step = 0; step < 6; step++) {
            course.step();
          }
          course.append(1 + turn % 2 * 4);
          course.attend(seeded, seeded.label("turn " + turn + " by " + program));
        }
      }
    }
  }
}

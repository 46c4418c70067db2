package org.msrnn.api.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.msrnn.api.backend.Backend;
import org.msrnn.api.backend.Kernels;
import org.msrnn.api.backend.KvType;

/**
 * What every backend must do: each kernel of {@link Kernels}, for every number format and for odd
 * sizes, gives what a reference backend gives and touches nothing else.
 *
 * <p><b>How near.</b> An error, divided by the number itself or by the root mean square of its row,
 * whichever is larger, is at most:
 *
 * <ul>
 *   <li>sums of n products (matmul, fused kernels), for every weight format: {@code 2^-22 (4 +
 *       sqrt(n))}, which is what float32 sums need. Weights are decoded exactly, whatever their
 *       format: all of them share this bound. A backend that rounds inputs for a type ({@link
 *       Backend#roundsInputs}) is compared with the reference on rounded inputs.
 *   <li>elementwise kernels and norms: 2^-20; rotations: 2^-20 of the largest pair.
 *   <li>attention over heads of n numbers, outputs and taps: {@code 2^-20 (4 + sqrt(n))}, in every
 *       format of keys and values, since what is stored is equal to the bit.
 *   <li>copies ({@code embed}, {@code read}, {@code write}, states as {@link KvType#round} says):
 *       equal to the bit.
 * </ul>
 *
 * <p><b>Programs.</b> Where a backend keeps slots by itself ({@link Backend#programSlots}), the
 * same states leave, slots are taken in the same order and numbers are those of double; a backend
 * that runs no program keeps these rules by leaving the work to the host.
 *
 * <p><b>Guards.</b> Output matrices are larger than what is written and filled with a mark before;
 * a mark that has changed breaks the rule. Slots that are not in use hold NaN.
 *
 * <p>The backends stay open and are the caller's to close. Rules use one backend from one thread:
 * run them one after the other.
 */
public final class KernelContract {
  private static final long SEED = 20_240_111;

  private final Backend candidate;
  private final Backend reference;
  private final long seed;

  private KernelContract(Backend candidate, Backend reference, long seed) {
    this.candidate = candidate;
    this.reference = reference;
    this.seed = seed;
  }

  /** The contract of a backend, with the usual data. */
  public static KernelContract of(Backend candidate, Backend reference) {
    return of(candidate, reference, SEED);
  }

  /** The contract of a backend, with data of a seed. */
  public static KernelContract of(Backend candidate, Backend reference, long seed) {
    return new KernelContract(candidate, reference, seed);
  }

  /** The rules, cheap ones first. */
  public Stream<Rule> rules() {
    return rules(new Twins(candidate, reference, false));
  }

  /**
   * The rules that launch each kernel for each number format, on one or two small sizes: seconds
   * where {@link #rules} take minutes. For a first look at a device or its driver; a backend that
   * passes them alone does not keep the contract.
   */
  public Stream<Rule> quick() {
    return rules(new Twins(candidate, reference, true));
  }

  private Stream<Rule> rules(Twins twins) {
    List<Rule> rules = new ArrayList<>();
    new CopyRules(twins).addTo(rules, this::random);
    new RowRules(twins).addTo(rules, this::random);
    new MatrixRules(twins).addTo(rules, this::random);
    for (KvType type : KvType.values()) {
      new StateRules(twins, type).addTo(rules, this::random);
      new AttentionRules(twins, type).addTo(rules, this::random);
    }
    new TapRules(twins).addTo(rules, this::random);
    new ProgramRules(twins).addTo(rules, this::random);
    new ParallelRules(twins).addTo(rules, this::random);
    return rules.stream();
  }

  private Seeded random() {
    return new Seeded(seed, new Random(seed));
  }
}

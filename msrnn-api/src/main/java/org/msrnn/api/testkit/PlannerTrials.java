package org.msrnn.api.testkit;

import static org.msrnn.api.testkit.PolicySubject.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Granularity;

/** Requests and demands that a planner is tried on, and what it must make of them. */
record PlannerTrials(Supplier<BudgetPlanner> create, Model model, boolean exact, int seeds) {
  private static final int[] STATES = {0, 1, 7, 100, 1_000_000};

  /**
   * The size of a model.
   *
   * @param layers layers, 0 for any number
   */
  record Model(int layers, int kvHeads) {
    static final Model ANY = new Model(0, 0);
  }

  /** What a planner made of a request: budgets at the start, or after each layer of a prompt. */
  private record Plan(long seed, BudgetPlanner.Request request, List<Budgets> budgets) {
    @Override
    public String toString() {
      return "seed " + seed + " (" + request + ")";
    }
  }

  void addTo(List<Rule> rules) {
    rules.add(new Rule("the guaranteed share is from 0 to 1", this::guaranteed));
    rules.add(rule("every layer and KV head has a budget", this::shape));
    rules.add(rule("no budget is below the least", this::least));
    rules.add(
        rule("all budgets together are " + (exact ? "" : "at most ") + "k a head", this::sum));
    rules.add(rule("heads that share a set have one budget", this::shared));
    rules.add(rule("the same request gives the same budgets", this::deterministic));
    rules.add(rule("no budget of a layer grows while further ones come in", this::shrinking));
    rules.add(new Rule("an adaptive planner uses the demands", this::demands));
  }

  private Rule rule(String name, Consumer<Plan> check) {
    return new Rule(
        name,
        () -> {
          boolean any = false;
          for (long seed = 0; seed < seeds; seed++) {
            Plan plan = plan(create.get(), seed, seed);
            any |= !plan.budgets.isEmpty();
            try {
              check.accept(plan);
            } catch (ContractViolation e) {
              throw new ContractViolation(plan + ": " + e.getMessage(), e);
            }
          }
          require(any, "the planner refuses all requests");
        });
  }

  /** All budgets that a planner gives, none if it refuses the request. */
  private Plan plan(BudgetPlanner planner, long seed, long demandSeed) {
    BudgetPlanner.Request request = request(seed, planner);
    List<Budgets> budgets = new ArrayList<>();
    try {
      budgets.add(planner.plan(request));
      for (int layers = 1; planner.adaptive() && layers <= request.layers(); layers++) {
        budgets.add(planner.replan(request, demands(demandSeed, request, layers)));
      }
    } catch (MsrnnException refused) {
      require(
          refused.getMessage() != null && !refused.getMessage().isBlank(),
          "a refusal says why, found " + refused);
      return new Plan(seed, request, List.of());
    } catch (RuntimeException e) {
      throw new ContractViolation("seed " + seed + " (" + request + "): it threw " + e, e);
    }
    return new Plan(seed, request, budgets);
  }

  private BudgetPlanner.Request request(long seed, BudgetPlanner planner) {
    int layers = model.layers > 0 ? model.layers : seed % 5 == 0 ? 32 : 1 + draw(seed, 1, 12);
    int kvHeads = model.layers > 0 ? model.kvHeads : 1 + draw(seed, 2, 8);
    int least = 1 + draw(seed, 3, 9);
    int states = least + STATES[draw(seed, 4, STATES.length)];
    boolean layer = planner.guaranteed() >= 1 && draw(seed, 5, 2) == 0;
    return new BudgetPlanner.Request(
        layers, kvHeads, states, least, layer ? Granularity.LAYER : Granularity.KV_HEAD);
  }

  /** Demands of some layers; those of earlier layers are the same as before. */
  private static double[][] demands(long seed, BudgetPlanner.Request request, int layers) {
    double[][] all = new double[layers][request.kvHeads()];
    for (int l = 0; l < layers; l++) {
      for (int h = 0; h < request.kvHeads(); h++) {
        int head = request.granularity() == Granularity.LAYER ? 0 : h;
        long hash = Hash.of(seed, 0x7e3a, l, head);
        double unit = Hash.unit(hash);
        all[l][h] =
            switch (draw(seed, 6, 6)) {
              case 0 -> 0;
              case 1 -> 1;
              case 2 -> unit;
              case 3 -> hash % 3 == 0 ? 0 : unit * 1e6;
              case 4 -> unit * 1e300;
              default -> hash % 2 == 0 ? Double.MIN_VALUE : unit;
            };
      }
    }
    return all;
  }

  private static int draw(long seed, int what, int bound) {
    return Hash.below(Hash.of(seed, 0x91a7, what, 0), bound);
  }

  private void guaranteed() {
    BudgetPlanner planner = create.get();
    double share = planner.guaranteed();
    require(share >= 0 && share <= 1, "the share is " + share);
    require(share == planner.guaranteed(), "the share changes from call to call");
  }

  private void shape(Plan plan) {
    for (int i = 0; i < plan.budgets.size(); i++) {
      Budgets budgets = plan.budgets.get(i);
      int layers = i == 0 ? plan.request.layers() : i;
      require(
          budgets.layers() == layers, "budgets of " + budgets.layers() + " layers, not " + layers);
      for (int l = 0; l < layers; l++) {
        require(
            budgets.kvHeads(l) == plan.request.kvHeads(),
            "layer " + l + " has budgets of " + budgets.kvHeads(l) + " KV heads");
      }
    }
  }

  private void least(Plan plan) {
    each(
        plan,
        (budgets, l, h) ->
            require(
                budgets.states(l, h) >= plan.request.least(),
                "head " + h + " of layer " + l + " has a budget of " + budgets.states(l, h)));
  }

  private void sum(Plan plan) {
    long total = plan.request.total();
    for (Budgets budgets : plan.budgets) {
      boolean all = budgets.layers() == plan.request.layers();
      require(
          exact && all ? budgets.total() == total : budgets.total() <= total,
          "the budgets of " + budgets.layers() + " layers are " + budgets.total() + " of " + total);
    }
  }

  private void shared(Plan plan) {
    if (plan.request.granularity() == Granularity.LAYER) {
      each(
          plan,
          (budgets, l, h) ->
              require(
                  budgets.states(l, h) == budgets.states(l, 0),
                  "heads 0 and " + h + " of layer " + l + " have different budgets"));
    }
  }

  private void deterministic(Plan plan) {
    Plan again = plan(create.get(), plan.seed, plan.seed);
    require(
        texts(plan).equals(texts(again)),
        "another instance gives " + texts(again) + " in place of " + texts(plan));
  }

  private void shrinking(Plan plan) {
    for (int i = 2; i < plan.budgets.size(); i++) {
      Budgets before = plan.budgets.get(i - 1);
      Budgets after = plan.budgets.get(i);
      for (int l = 0; l < before.layers(); l++) {
        for (int h = 0; h < plan.request.kvHeads(); h++) {
          require(
              after.states(l, h) <= before.states(l, h),
              "with layer "
                  + (i - 1)
                  + ", head "
                  + h
                  + " of layer "
                  + l
                  + " grows from "
                  + before.states(l, h)
                  + " to "
                  + after.states(l, h));
        }
      }
    }
  }

  private void demands() {
    if (!create.get().adaptive()) {
      return;
    }
    for (long seed = 0; seed < seeds; seed++) {
      Plan one = plan(create.get(), seed, seed);
      for (long other = seed + 1; other < seed + 6; other++) {
        if (!texts(one).equals(texts(plan(create.get(), seed, other)))) {
          return;
        }
      }
    }
    throw new ContractViolation("the budgets are the same whatever the demands are");
  }

  private static List<String> texts(Plan plan) {
    return plan.budgets.stream().map(PlannerTrials::text).toList();
  }

  private static String text(Budgets budgets) {
    int[][] all = new int[budgets.layers()][];
    for (int l = 0; l < all.length; l++) {
      all[l] = new int[budgets.kvHeads(l)];
      for (int h = 0; h < all[l].length; h++) {
        all[l][h] = budgets.states(l, h);
      }
    }
    return Arrays.deepToString(all);
  }

  private interface Head {
    void check(Budgets budgets, int layer, int head);
  }

  private static void each(Plan plan, Head check) {
    for (Budgets budgets : plan.budgets) {
      for (int l = 0; l < budgets.layers(); l++) {
        for (int h = 0; h < budgets.kvHeads(l); h++) {
          check.check(budgets, l, h);
        }
      }
    }
  }
}

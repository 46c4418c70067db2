package org.msrnn.core.state;

import java.util.function.Supplier;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.api.MsrnnException;
import org.msrnn.api.PolicyException;
import org.msrnn.api.StateFileException;
import org.msrnn.api.policy.BudgetPlanner;
import org.msrnn.api.policy.Budgets;
import org.msrnn.api.policy.Granularity;

/**
 * A budget planner at work for a multi-state: asked for budgets, and refused by name where they
 * cannot be.
 */
record Planning(BudgetPlanner planner, BudgetPlanner.Request request) {

  Planning {
    double guaranteed = planner.guaranteed();
    if (!(guaranteed >= 0 && guaranteed <= 1)) {
      throw refusal(planner, "guarantees a head " + guaranteed + " of its budget", "0 to 1");
    }
    if (guaranteed < 1 && request.granularity() == Granularity.LAYER) {
      throw refusal(
          planner,
          "lets the heads of a layer compete, and this policy has one set for all of them",
          "a policy of granularity kv-head");
    }
  }

  /** The budgets of a new multi-state. */
  Budgets start() {
    return checked(asked(() -> planner.plan(request)), request.layers());
  }

  /**
   * The budgets at the end of a prompt.
   *
   * @param demands {@code [layers so far][KV heads]}
   */
  Budgets replan(double[][] demands) {
    return checked(asked(() -> planner.replan(request, demands)), demands.length);
  }

  /**
   * Refuses the budget of a saved set, planned so at first, that the planner cannot have given.
   *
   * @throws StateFileException saying so
   */
  void demandAllowed(int saved, int planned) {
    boolean can = planner.adaptive() && saved >= request.least() && saved <= request.total();
    if (saved != planned && !can) {
      throw new StateFileException(
          "the saved state has a budget of "
              + saved
              + " where budget planner "
              + planner
              + " gives "
              + planned);
    }
  }

  private Budgets asked(Supplier<Budgets> question) {
    try {
      return question.get();
    } catch (MsrnnException foreseen) {
      throw foreseen;
    } catch (RuntimeException e) {
      throw new PolicyException("budget planner " + planner + " failed: " + e, e);
    }
  }

  private Budgets checked(Budgets budgets, int layers) {
    if (budgets.layers() != layers) {
      throw refusal("gives budgets for " + budgets.layers() + " layers", layers + " layers");
    }
    for (int l = 0; l < layers; l++) {
      checkLayer(budgets, l);
    }
    if (budgets.total() > request.total()) {
      throw refusal(
          "gives " + budgets.total() + " states in all",
          "at most "
              + request.total()
              + ": "
              + request.states()
              + " for each KV head of each layer");
    }
    return budgets;
  }

  private void checkLayer(Budgets budgets, int layer) {
    if (budgets.kvHeads(layer) != request.kvHeads()) {
      throw refusal(
          "gives budgets for " + budgets.kvHeads(layer) + " KV heads of layer " + layer,
          request.kvHeads() + " KV heads");
    }
    for (int h = 0; h < request.kvHeads(); h++) {
      int states = budgets.states(layer, h);
      if (states < request.least()) {
        throw refusal(
            "gives layer " + layer + " a budget of " + states,
            request.least() + " or more: the policy never drops " + (request.least() - 1));
      }
      if (states != budgets.states(layer, 0) && request.granularity() == Granularity.LAYER) {
        throw refusal(
            "gives the heads of layer " + layer + " different budgets",
            "one budget a layer for policies of granularity layer");
      }
    }
  }

  private InvalidOptionException refusal(String found, String allowed) {
    return refusal(planner, found, allowed);
  }

  private static InvalidOptionException refusal(
      BudgetPlanner planner, String found, String allowed) {
    return new InvalidOptionException(
        "budgets", "budget planner " + planner + " " + found + "; allowed is " + allowed);
  }
}

package org.msrnn.api.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.msrnn.api.testkit.Plants.Planted;

/** Wrong policies, each of them caught by the rule that is meant for its fault. */
class PlantedFaultsTest {
  private final Plants plants = new Plants();

  PlantedFaultsTest() {
    ProviderFaults.into(plants);
    DeclarationFaults.into(plants);
    ScoringFaults.into(plants);
    MemoryFaults.into(plants);
    WrapperFaults.into(plants);
  }

  @TestFactory
  Stream<DynamicTest> everyPlantedFaultIsCaughtByItsRule() {
    return plants.all().entrySet().stream()
        .map(
            plant -> {
              Planted planted = plant.getValue();
              return dynamicTest(
                  plant.getKey(),
                  () -> assertThat(broken(planted.contract())).containsAll(planted.rules()));
            });
  }

  @TestFactory
  Stream<DynamicTest> everyRuleCatchesSomePlantedFault() {
    List<String> expected =
        plants.all().values().stream().flatMap(planted -> planted.rules().stream()).toList();
    return Plant.contract(Plant.policy(Plant.Oldest::new))
        .rules()
        .map(rule -> dynamicTest(rule.name(), () -> assertThat(expected).contains(rule.name())));
  }

  /** Names of the rules that a policy breaks; each message says which, and by whom. */
  private static List<String> broken(PolicyContract contract) {
    List<String> broken = new ArrayList<>();
    contract
        .rules()
        .forEach(
            rule -> {
              try {
                rule.check();
              } catch (ContractViolation e) {
                assertThat(e).hasMessageContaining("breaks '" + rule.name() + "': ");
                broken.add(rule.name());
              }
            });
    return broken;
  }
}

package org.msrnn.eval.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.msrnn.api.InvalidOptionException;
import org.msrnn.core.plugin.Catalog;
import org.msrnn.eval.report.PolicyFacts;

class PolicyListTest {
  @Test
  void commasPartPoliciesAndOptions() {
    assertThat(PolicyList.parse("tova:sinks=4,keep-newest=true,h2o"))
        .containsExactly("tova:sinks=4,keep-newest=true", "h2o");
    assertThat(PolicyList.parse("tova+sinks:3,pool:5(h2o:recent=4,sinks=2)+sinks:1,full"))
        .containsExactly("tova+sinks:3", "pool:5(h2o:recent=4,sinks=2)+sinks:1", "full");
    assertThat(PolicyList.parse("tova:keep-newest,sinks=2; full ;"))
        .containsExactly("tova:keep-newest,sinks=2", "full");
    assertThatThrownBy(() -> PolicyList.parse(" ; ")).isInstanceOf(InvalidOptionException.class);
  }

  @Test
  void allIsEveryPolicyThatNeedsNoOption() {
    Catalog catalog = Catalog.discover(List.of());
    List<String> notes = new ArrayList<>();
    List<String> list = PolicyList.parse("tova+sinks:2,all", catalog, notes::add);

    assertThat(list).startsWith("tova+sinks:2").contains("full", "tova", "window", "random");
    assertThat(list.size() - 1 + notes.size()).isEqualTo(catalog.policies().size());
    catalog.policies().stream()
        .map(PolicyFacts::of)
        .filter(p -> p.needs() != null)
        .forEach(p -> assertThat(notes).anyMatch(n -> n.contains("leaves out " + p.name())));
  }
}

package org.msrnn.eval.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HtmlTest {

  @Test
  void scriptsCannotEndTheirElement() {
    assertThat(Html.script("'</script>' + '<!--'")).isEqualTo("'<\\/script>' + '<\\!--'");
    assertThat(Html.scriptJson("{\"a\":\"</script>&\"}"))
        .isEqualTo("{\"a\":\"\\u003c/script\\u003e\\u0026\"}");
    assertThat(Html.escape("<a href=\"x\">&")).isEqualTo("&lt;a href=&quot;x&quot;&gt;&amp;");
  }

  @Test
  void anchorsHoldLettersAndDigitsAlone() {
    assertThat(Html.id("understanding qasper (dev)")).isEqualTo("understanding-qasper-dev");
  }
}

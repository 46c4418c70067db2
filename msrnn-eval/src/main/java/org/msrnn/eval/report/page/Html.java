package org.msrnn.eval.report.page;

/** Text in a page. */
final class Html {
  private Html() {}

  /** Text as the content of an element or of a quoted attribute. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** A name as an anchor: letters, digits and hyphens. */
  static String id(String name) {
    return name.replaceAll("[^A-Za-z0-9]+", "-").replaceAll("^-|-$", "");
  }

  /** JSON inside a script element: nothing in it can end the element. */
  static String scriptJson(String json) {
    return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
  }

  /** JavaScript inside a script element: its strings may hold what would end the element. */
  static String script(String code) {
    return code.replace("</script", "<\\/script").replace("<!--", "<\\!--");
  }
}

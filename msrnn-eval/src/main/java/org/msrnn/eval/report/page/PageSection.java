package org.msrnn.eval.report.page;

import org.jspecify.annotations.Nullable;

/**
 * A part of the page with a heading of its own.
 *
 * @param id its anchor, and the name of its data
 * @param kind what its pictures are: the name by which the script finds it; empty for none
 * @param title its heading
 * @param body what stands under the heading, as HTML that can be read without scripts
 * @param data what its pictures show, to be written as JSON; null for none
 */
record PageSection(String id, String kind, String title, String body, @Nullable Object data) {

  /** One without pictures. */
  static PageSection plain(String id, String title, String body) {
    return new PageSection(id, "", title, body, null);
  }

  String html() {
    return "<section id=\""
        + Html.escape(id)
        + "\" data-kind=\""
        + kind
        + "\" aria-labelledby=\""
        + Html.escape(id)
        + "-title\"><h2 id=\""
        + Html.escape(id)
        + "-title\">"
        + Html.escape(title)
        + "</h2>\n"
        + body
        + "</section>\n";
  }
}

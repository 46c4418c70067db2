package org.msrnn.eval.report.page;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msrnn.eval.report.Numbers;

/** A table; the first cell of a row names it. */
final class HtmlTable {

  /** A column: numbers stand to the right. */
  record Column(String title, boolean number) {
    static Column text(String title) {
      return new Column(title, false);
    }

    static Column number(String title) {
      return new Column(title, true);
    }
  }

  /**
   * A cell.
   *
   * @param text what it says
   * @param order the number by which it is sorted; null where there is none
   * @param mark a class of the style sheet; empty for none
   */
  record Cell(String text, @Nullable Double order, String mark) {
    static final Cell EMPTY = text("");

    static Cell text(String text) {
      return new Cell(text, null, "");
    }

    static Cell number(@Nullable Double value, int decimals) {
      return new Cell(Numbers.fixed(value, decimals), value, "");
    }

    static Cell count(long value) {
      return new Cell(Numbers.count(value), (double) value, "");
    }

    static Cell bytes(long value) {
      return new Cell(Numbers.bytes(value), (double) value, "");
    }

    /** k, or that there is no bound, which comes after all others. */
    static Cell state(@Nullable Integer state) {
      return state == null ? new Cell("unbounded", Double.POSITIVE_INFINITY, "") : count(state);
    }

    Cell marked(String with) {
      return new Cell(text, order, with);
    }
  }

  private final List<Column> columns;
  private final StringBuilder html = new StringBuilder();

  private HtmlTable(String caption, List<Column> columns, String kind) {
    this.columns = columns;
    html.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    html.append(Html.escape(caption)).append("\"><table class=\"").append(kind);
    html.append("\"><caption>").append(Html.escape(caption)).append("</caption><thead><tr>");
    for (Column column : columns) {
      html.append("<th scope=\"col\"").append(column.number ? " class=\"n\">" : ">");
      html.append(Html.escape(column.title)).append("</th>");
    }
    html.append("</tr></thead><tbody>\n");
  }

  static HtmlTable of(String caption, List<Column> columns) {
    return new HtmlTable(caption, columns, "plain");
  }

  /** One that the script makes sortable by each column. */
  static HtmlTable sortable(String caption, List<Column> columns) {
    return new HtmlTable(caption, columns, "sortable");
  }

  void row(List<Cell> cells) {
    html.append("<tr>");
    for (int i = 0; i < cells.size(); i++) {
      Cell cell = cells.get(i);
      String mark = (columns.get(i).number ? "n " : "") + cell.mark;
      html.append(i == 0 ? "<th scope=\"row\"" : "<td");
      if (!mark.isBlank()) {
        html.append(" class=\"").append(mark.strip()).append('"');
      }
      if (cell.order != null) {
        html.append(" data-order=\"").append(cell.order).append('"');
      }
      html.append('>').append(Html.escape(cell.text)).append(i == 0 ? "</th>" : "</td>");
    }
    html.append("</tr>\n");
  }

  String html() {
    return html + "</tbody></table></div>\n";
  }
}

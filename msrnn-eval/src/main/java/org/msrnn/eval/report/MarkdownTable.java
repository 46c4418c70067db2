package org.msrnn.eval.report;

import java.util.List;
import java.util.stream.Collectors;

/** A table in Markdown: columns of text before those of numbers, which stand to the right. */
public final class MarkdownTable {
  private final StringBuilder text = new StringBuilder();

  /** A table with so many columns of text before those of numbers. */
  public MarkdownTable(int leftColumns, List<String> headers) {
    add(headers);
    text.append('|');
    for (int c = 0; c < headers.size(); c++) {
      text.append(c < leftColumns ? "---|" : "---:|");
    }
    text.append('\n');
  }

  /** Adds a row; what would end a cell or a line is escaped. */
  public void add(List<String> cells) {
    text.append(
        cells.stream()
            .map(cell -> cell.replace("|", "\\|").replaceAll("\\s*\\R\\s*", " "))
            .collect(Collectors.joining(" | ", "| ", " |\n")));
  }

  /** Adds a row. */
  public void add(String... cells) {
    add(List.of(cells));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}

/** Tables that are sorted by the column whose heading is pressed; a box that filters every cell. */
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const value = (row, i) => {
    const cell = row.cells[i];
    return cell.dataset.order === undefined ? cell.textContent : Number(cell.dataset.order);
  };

  /** Numbers before words, and what is empty last, whichever way. */
  function compare(a, b, sign) {
    if (a === '' || b === '') return (a === '' ? 1 : 0) - (b === '' ? 1 : 0);
    if (typeof a === 'number' && typeof b === 'number') return a === b ? 0 : sign * (a < b ? -1 : 1);
    return sign * String(a).localeCompare(String(b), 'en', { numeric: true });
  }

  heads.forEach((head, i) => {
    const button = page.make('button', { type: 'button' }, head.textContent);
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      heads.forEach((other) => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const rows = [...body.rows].map((row) => [value(row, i), row]);
      rows.sort((a, b) => compare(a[0], b[0], down ? -1 : 1));
      body.append(...rows.map((r) => r[1]));
    });
  });
}

page.part('cells', (section) => {
  const table = section.querySelector('table');
  const rows = [...table.tBodies[0].rows].map((row) => [row, [...row.cells].map((c) => c.textContent).join(' ').toLowerCase()]);
  const box = page.make('input', { type: 'search', id: 'filter', placeholder: 'tova 256', autocomplete: 'off', spellcheck: 'false' });
  const says = page.make('output', { for: 'filter', class: 'quiet' }, `${page.count(rows.length)} cells`);
  box.addEventListener('input', () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [row, content] of rows) {
      row.hidden = !words.every((word) => content.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    says.textContent = words.length ? `${page.count(shown)} of ${page.count(rows.length)} cells` : `${page.count(rows.length)} cells`;
  });
  table.closest('.scroll').before(page.make('div', { class: 'controls' }, page.make('label', { class: 'choice' }, page.make('span', {}, 'Cells with these words'), box), says));
});

/** Charts: axes, legends and lines that look alike. */
const chart = (() => {
  const { make, colour, look, escape } = page;
  const font = 'system-ui, -apple-system, "Segoe UI", sans-serif';
  /** What fits a sheet. */
  const paper = { width: 680, height: 330 };
  const text = (size = 13) => ({ color: colour('ink'), fontFamily: font, fontSize: size });

  /** A chart in an element; draws what option(width) says. */
  function draw(element, option) {
    let chart = null;
    const show = () => {
      const width = page.isPrinting() ? paper.width : element.clientWidth;
      const height = page.isPrinting() && !element.style.height ? paper.height : element.clientHeight;
      if (!width) return;
      chart = chart || echarts.init(element, null, { renderer: 'svg' });
      chart.resize({ width, height });
      chart.setOption({ animation: false, textStyle: text(), ...option(width) }, true);
    };
    page.redraw(show);
    let last = element.clientWidth;
    new ResizeObserver(() => {
      if (element.clientWidth !== last && !page.isPrinting()) {
        last = element.clientWidth;
        show();
      }
    }).observe(element);
    return show;
  }

  const axis = (more) => ({
    nameTextStyle: text(), axisLabel: text(), nameLocation: 'middle',
    axisLine: { show: true, onZero: false, lineStyle: { color: colour('axis') } },
    axisTick: { show: true, lineStyle: { color: colour('axis') } },
    splitLine: { lineStyle: { color: colour('grid') } },
    ...more,
  });

  const tooltip = (more) => ({
    textStyle: text(), backgroundColor: colour('raised'), borderColor: colour('line'), confine: true,
    extraCssText: 'box-shadow: 0 4px 16px rgba(0,0,0,.18); border-radius: 8px;', ...more,
  });

  /** A curve in its policy's looks; few points get symbols. */
  function line(name, title, points, symbols) {
    const { colour: ink, outline, dash, width } = look(name);
    return {
      name: title, type: 'line', data: points, color: ink, z: outline ? 3 : 2,
      symbol: outline && symbols ? `path://${outline}` : 'none', symbolSize: 10, showAllSymbol: true,
      lineStyle: { width, type: dash }, emphasis: { focus: 'series', lineStyle: { width: width + 1 } },
      blur: { lineStyle: { opacity: 0.25 }, itemStyle: { opacity: 0.25 } },
    };
  }

  /** A policy's line and symbol, as the legend and tables show them. */
  function key(name) {
    const { colour: ink, outline, dash } = look(name);
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 34 14');
    svg.setAttribute('class', 'key');
    svg.setAttribute('aria-hidden', 'true');
    const dashes = dash === 'solid' ? 'none' : dash.join(' ');
    svg.innerHTML = `<path d="M0 7H34" stroke="${ink}" stroke-width="2.5" stroke-dasharray="${dashes}"/>`
      + (outline ? `<path d="${outline}" fill="${ink}" transform="translate(11 1) scale(.6)"/>` : '');
    return svg;
  }

  /**
   * A legend of buttons above a chart, each of which takes its curve away or brings it back.
   * Entries are {id, name, title}; change gets the ids that are away.
   */
  function legend(before, entries, change) {
    const away = new Set();
    const box = make('div', { class: 'legend', role: 'group', 'aria-label': 'Curves: press to hide or show' });
    const buttons = entries.map((entry) => {
      const button = make('button', { type: 'button', 'aria-pressed': 'true' }, make('span', { class: 'key-box' }), entry.title);
      button.addEventListener('click', () => {
        away[away.has(entry.id) ? 'delete' : 'add'](entry.id);
        button.setAttribute('aria-pressed', String(!away.has(entry.id)));
        change();
      });
      return button;
    });
    box.append(...buttons);
    if (entries.length > 5) {
      const all = (on) => {
        entries.forEach((entry, i) => {
          away[on ? 'delete' : 'add'](entry.id);
          buttons[i].setAttribute('aria-pressed', String(on));
        });
        change();
      };
      for (const [title, on] of [['all', true], ['none', false]]) {
        const button = make('button', { type: 'button', class: 'quiet' }, title);
        button.addEventListener('click', () => all(on));
        box.append(button);
      }
    }
    before.before(box);
    page.redraw(() => buttons.forEach((button, i) => button.firstChild.replaceChildren(key(entries[i].name))));
    return away;
  }

  /** One line of a tooltip. */
  const row = (ink, name, value) => `<span style="display:inline-block;width:10px;height:10px;border-radius:50%;background:${ink};margin-right:6px"></span>`
    + `${escape(name)}<b style="float:right;margin-left:20px">${escape(value)}</b>`;

  /**
   * A scale for values: linear, or by factors of two where the largest is many times the smallest.
   * to() gives the place of a value, label() the value at a place.
   */
  function scale(values, logarithmic) {
    const low = Math.min(...values);
    const high = Math.max(...values);
    if (!logarithmic || low <= 0) {
      return { to: (v) => v, axis: { scale: true } };
    }
    const from = Math.floor(Math.log2(low));
    const end = Math.max(from + 1, Math.ceil(Math.log2(high)));
    return {
      to: (v) => Math.log2(v),
      axis: { min: from, max: end, interval: Math.ceil((end - from) / 8) },
      label: (p) => (p < 0 ? (2 ** p).toPrecision(2) : page.count(2 ** p)),
    };
  }

  return { draw, axis, tooltip, text, line, key, legend, row, scale };
})();

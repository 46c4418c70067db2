'use strict';

/** What all parts of the page share: data, theme, names and numbers. */
const page = (() => {
  const root = document.documentElement;
  const data = JSON.parse(document.getElementById('data').textContent);
  const redraws = [];
  let printing = false;
  root.classList.add('js');

  /** Runs a part of the page: one that fails takes no other with it. */
  function part(kind, draw) {
    for (const section of document.querySelectorAll(`section[data-kind="${kind}"]`)) {
      try {
        draw(section, data[section.id]);
      } catch (error) {
        console.error(`${section.id}: ${error.stack}`);
      }
    }
  }

  /** An element with properties and children. */
  function make(tag, properties, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties || {})) {
      if (name in element && typeof value !== 'string') element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  const escape = (text) => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  // The style sheet's colours depend on the theme; an element that is not seen resolves them.
  const probe = make('span', { hidden: '' });
  document.body.append(probe);
  const colour = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const count = (n) => Math.round(n).toLocaleString('en-US');
  const stateName = (state) => (state === null ? 'unbounded' : count(state));

  /** Outlines in a box of 20: told apart in any colour, and in none. */
  const outlines = [
    'M10 1A9 9 0 1 1 9.99 1Z', 'M2 2H18V18H2Z', 'M10 1L19.5 18H0.5Z', 'M10 0L19 10L10 20L1 10Z',
    'M10 19L0.5 2H19.5Z', 'M7 1H13V7H19V13H13V19H7V13H1V7H7Z', 'M10 0L12.6 6.9L20 7.2L14.2 11.8L16.2 19L10 14.9L3.8 19L5.8 11.8L0 7.2L7.4 6.9Z',
  ];
  const base = (name) => name.split(', ')[0];
  const order = (role) => [...new Set(Object.keys(data.policies).filter((n) => data.policies[n] === role).map(base))];
  const policies = order('policy');
  const references = order('reference');
  const toplines = [[8, 5], [16, 5], [4, 4]];
  const dashes = ['solid', [7, 4], [2, 3], [10, 3, 2, 3]];

  /**
   * How a policy looks, the same in every picture: 8 colours and 7 outlines make 56 pairs, and the
   * same policy under other settings has another line.
   */
  function look(name) {
    const role = data.policies[name] || 'policy';
    const own = base(name);
    const variant = Math.max(0, Object.keys(data.policies).filter((n) => n.startsWith(`${own}, `)).indexOf(name));
    if (role === 'topline') return { colour: colour('ink'), outline: null, dash: toplines[variant % toplines.length], width: 2 };
    if (role === 'reference') {
      return { colour: colour('reference'), outline: outlines[references.indexOf(own) % 2 ? 6 : 5], dash: [2, 3], width: 2 };
    }
    if (!policies.includes(own)) policies.push(own);
    const i = policies.indexOf(own);
    return { colour: colour(`c${i % 8}`), outline: outlines[i % 7], dash: dashes[variant % dashes.length], width: 2.25 };
  }

  /** Little-endian numbers in Base64. */
  function unpack(text, bits) {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    const width = bits / 8;
    const numbers = new Uint32Array(bytes.length / width);
    for (let i = 0; i < numbers.length; i++) {
      numbers[i] = width === 2 ? view.getUint16(2 * i, true) : view.getUint32(4 * i, true);
    }
    return numbers;
  }

  /** A labelled choice; the values are the indices of the names. */
  function choice(label, names, selected, change) {
    const select = make('select', {}, ...names.map((n, i) => make('option', { value: String(i), selected: i === selected }, n)));
    select.addEventListener('change', () => change(Number(select.value)));
    return make('label', { class: 'choice' }, make('span', {}, label), select);
  }

  /** Buttons of which one is pressed. */
  function tabs(label, names, selected, change) {
    const buttons = names.map((name, i) => make('button', { type: 'button', 'aria-pressed': String(i === selected) }, name));
    buttons.forEach((button, i) => button.addEventListener('click', () => {
      buttons.forEach((b) => b.setAttribute('aria-pressed', String(b === button)));
      change(i);
    }));
    return make('div', { class: 'tabs', role: 'group', 'aria-label': label }, ...buttons);
  }

  /** Draws now, and again whenever colours or sizes change. */
  function redraw(draw) {
    redraws.push(draw);
    draw();
  }

  function redrawAll() {
    redraws.forEach((draw) => draw());
  }

  function print(on) {
    if (on === printing) return;
    printing = on;
    root.classList.toggle('printing', on);
    redrawAll();
  }

  const isPrinting = () => printing;
  return { root, data, part, make, escape, colour, count, stateName, look, unpack, choice, tabs, redraw, redrawAll, print, isPrinting };
})();

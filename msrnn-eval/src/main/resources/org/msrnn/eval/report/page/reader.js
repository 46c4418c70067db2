/** The text itself: each token shaded by who holds it at a moment, or by how long it is held. */
page.part('reader', (section) => {
  const LEVELS = 8;
  const UNREAD = -1;
  const penn = {
    CC: 'conjunction', CD: 'number', DT: 'determiner', EX: 'existential there', FW: 'foreign word', IN: 'preposition', JJ: 'adjective',
    JJR: 'adjective, comparative', JJS: 'adjective, superlative', LS: 'list marker', MD: 'modal', NN: 'noun', NNS: 'noun, plural',
    NNP: 'proper noun', NNPS: 'proper noun, plural', PDT: 'predeterminer', POS: 'possessive ending', PRP: 'personal pronoun',
    PRP$: 'possessive pronoun', RB: 'adverb', RBR: 'adverb, comparative', RBS: 'adverb, superlative', RP: 'particle', SYM: 'symbol',
    TO: 'to', UH: 'interjection', VB: 'verb, base form', VBD: 'verb, past', VBG: 'verb, -ing', VBN: 'verb, past participle',
    VBP: 'verb, present', VBZ: 'verb, third person', WDT: 'wh-determiner', WP: 'wh-pronoun', WP$: 'possessive wh-pronoun',
    WRB: 'wh-adverb', '\\n': 'line break', space: 'white space', control: 'control token',
  };
  const readable = kept.documents.filter((d) => d.pieces);
  const { make } = page;
  let text = readable[0];
  let setup = text.setups[0];
  let layer = null;
  let byLife = false;
  let moment = 0;
  let current = 0;
  let chosen = [];
  let spans = [];
  let levels = new Int8Array(0);
  let newest = null;
  let timer = 0;

  const controls = section.querySelector('.controls');
  const slider = make('input', { type: 'range', min: '0', step: '1', id: 'moment' });
  const play = make('button', { type: 'button', class: 'play' }, 'Play');
  const says = make('output', { for: 'moment', class: 'says' });
  const time = make('div', { class: 'time' }, play, make('label', { for: 'moment' }, 'Tokens read'), slider);
  const sheet = make('div', { class: 'text', role: 'group', 'aria-label': 'The text; arrow keys go from token to token' });
  const about = make('aside', { class: 'about', 'aria-live': 'polite', 'aria-label': 'The token pointed at' });
  const scale = make('p', { class: 'shades', 'aria-hidden': 'true' });
  section.querySelector('.reading').append(time, scale, sheet, about, says);

  const share = (p, at) => chosen.reduce((n, until) => n + (until[p] >= at ? 1 : 0), 0) / chosen.length;
  const life = (p) => chosen.reduce((sum, until) => sum + Math.max(0, until[p] - p), 0) / chosen.length;

  function level(p) {
    if (byLife) return Math.round((LEVELS * Math.log1p(life(p))) / Math.log1p(text.tokens));
    return p >= moment ? UNREAD : Math.ceil(share(p, moment) * LEVELS);
  }

  /** One pass: only tokens whose shade changes are touched, and none of them moves. */
  function shade() {
    let held = 0;
    for (let p = 0; p < text.tokens; p++) {
      const next = level(p);
      if (next > 0) held++;
      if (next !== levels[p]) {
        levels[p] = next;
        spans[p].className = next === UNREAD ? 'u' : `l${next}`;
      }
    }
    if (newest) newest.removeAttribute('data-now');
    newest = byLife || moment === 0 ? null : spans[moment - 1];
    if (newest) newest.setAttribute('data-now', '');
    const read = byLife ? text.tokens : moment;
    const mean = chosen.reduce((n, until) => {
      let some = 0;
      for (let p = 0; p < read; p++) some += until[p] >= read ? 1 : 0;
      return n + some;
    }, 0) / chosen.length;
    says.textContent = byLife
      ? `All ${page.count(text.tokens)} tokens, shaded by the steps for which they are held.`
      : `${page.count(moment)} of ${page.count(text.tokens)} tokens read: a layer holds ${page.count(mean)} states, of ${page.count(held)} tokens in all.`;
    slider.setAttribute('aria-valuetext', says.textContent);
    scale.replaceChildren(...(byLife
      ? ['left at once', ...ramp(), 'held to the end']
      : [make('span', { class: 'u' }, 'not read yet'), make('span', { class: 'l0' }, 'has left'), 'held in few', ...ramp(), 'in all layers']));
  }

  const ramp = () => Array.from({ length: LEVELS }, (_, i) => make('span', { class: `swatch l${i + 1}` }));

  function piece(p) {
    const written = text.pieces[p];
    if (written === '') return text.tagNames[text.tags[p]] === 'control' ? '\u27e8s\u27e9' : '\u00b7';
    return written.replace(/\n/g, '\u21b5\n');
  }

  function tell(p) {
    const tag = text.tagNames[text.tags[p]];
    const rows = kept.sets(setup, layer).map((set, i) => {
      const until = chosen[i][p];
      const steps = Math.max(0, until - p);
      const bar = make('span', { class: 'life', 'aria-hidden': 'true' }, make('span', {}));
      bar.firstChild.style.marginLeft = `${(100 * p) / text.tokens}%`;
      bar.firstChild.style.width = `max(2px, ${(100 * steps) / text.tokens}%)`;
      const end = until >= text.tokens ? 'to the end' : steps === 0 ? 'at once' : `to ${page.count(until)}`;
      return make('tr', {}, make('th', { scope: 'row' }, set.head < 0 ? `${set.layer}` : `${set.layer}, head ${set.head}`),
        make('td', { class: 'n' }, page.count(steps)), make('td', {}, bar), make('td', { class: 'quiet' }, end));
    });
    about.replaceChildren(
      make('p', { class: 'token' }, JSON.stringify(text.pieces[p]).slice(1, -1).replace(/^ /, '\u2423') || piece(p)),
      make('p', {}, make('b', {}, tag), penn[tag] ? `, ${penn[tag]}` : '', `; position ${page.count(p)}; held for ${page.count(life(p))} steps in the mean`),
      make('div', { class: 'lives' }, make('table', {}, make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'layer'),
        make('th', { scope: 'col', class: 'n' }, 'steps'), make('th', { scope: 'col' }, 'when'), make('th', { scope: 'col' }))), make('tbody', {}, ...rows))));
  }

  /** Makes a token the one that the tab key reaches. */
  function choose(p, focus) {
    spans[current].tabIndex = -1;
    current = Math.max(0, Math.min(text.tokens - 1, p));
    spans[current].tabIndex = 0;
    if (focus) spans[current].focus();
    tell(current);
  }

  function nextLine(direction) {
    const { offsetTop: top, offsetLeft: left } = spans[current];
    let best = current;
    for (let p = current + direction; p >= 0 && p < text.tokens; p += direction) {
      const line = spans[p].offsetTop;
      if (line === top) continue;
      if (best !== current && line !== spans[best].offsetTop) break;
      if (best === current || Math.abs(spans[p].offsetLeft - left) < Math.abs(spans[best].offsetLeft - left)) best = p;
    }
    return best;
  }

  const index = (event) => spans.indexOf(event.target.closest('span'));
  sheet.addEventListener('pointerover', (event) => {
    const p = index(event);
    if (p >= 0) tell(p);
  });
  sheet.addEventListener('pointerleave', () => tell(current));
  sheet.addEventListener('click', (event) => {
    const p = index(event);
    if (p >= 0) choose(p, true);
  });
  sheet.addEventListener('focusin', (event) => {
    const p = index(event);
    if (p >= 0 && p !== current) choose(p, false);
  });
  sheet.addEventListener('keydown', (event) => {
    const moves = {
      ArrowRight: () => current + 1, ArrowLeft: () => current - 1, ArrowDown: () => nextLine(1), ArrowUp: () => nextLine(-1),
      Home: () => 0, End: () => text.tokens - 1, PageDown: () => current + 100, PageUp: () => current - 100,
    };
    if (moves[event.key] && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      choose(moves[event.key](), true);
    }
  });

  /** Scrolls the text, not the page, to what is being read. */
  function follow() {
    if (!newest) return;
    const token = newest.getBoundingClientRect();
    const box = sheet.getBoundingClientRect();
    if (token.top < box.top) sheet.scrollTop += token.top - box.top - 80;
    else if (token.bottom > box.bottom - 40) sheet.scrollTop += token.bottom - box.bottom + 80;
  }

  function stop() {
    cancelAnimationFrame(timer);
    timer = 0;
    play.textContent = 'Play';
  }

  /** Reads the text from where it is, or anew, in about twenty seconds. */
  play.addEventListener('click', () => {
    if (timer) return stop();
    if (moment >= text.tokens) moment = 0;
    play.textContent = 'Pause';
    const from = moment;
    let start = null;
    const frame = (now) => {
      start = start ?? now;
      moment = Math.min(text.tokens, from + Math.round(((now - start) / 20000) * text.tokens));
      slider.value = moment;
      shade();
      follow();
      if (moment < text.tokens) timer = requestAnimationFrame(frame);
      else stop();
    };
    timer = requestAnimationFrame(frame);
  });
  slider.addEventListener('input', () => {
    stop();
    moment = Number(slider.value);
    shade();
  });

  /** Another policy or layer: the same text. */
  function select() {
    chosen = kept.sets(setup, layer).map((set) => kept.until(text, set));
    shade();
    tell(current);
  }

  function build() {
    stop();
    setup = text.setups[0];
    layer = null;
    current = 0;
    const list = kept.layers(text);
    controls.replaceChildren();
    if (readable.length > 1) {
      controls.append(page.choice('Text', readable.map((d) => d.item), readable.indexOf(text), (i) => {
        text = readable[i];
        build();
      }));
    }
    controls.append(
      page.choice('Policy and state size', text.setups.map(kept.title), 0, (i) => {
        setup = text.setups[i];
        select();
      }),
      page.choice('Layer, from 0', kept.layerNames(list), 0, (i) => {
        layer = i ? list[i - 1] : null;
        select();
      }),
      page.tabs('Shade', ['held at a moment', 'steps held'], byLife ? 1 : 0, (i) => {
        byLife = i === 1;
        stop();
        time.classList.toggle('off', byLife);
        slider.disabled = byLife;
        play.disabled = byLife;
        shade();
      }));
    spans = text.pieces.map((_, p) => make('span', { class: 'u' }, piece(p)));
    spans.forEach((span) => { span.tabIndex = -1; });
    spans[0].tabIndex = 0;
    levels = new Int8Array(text.tokens).fill(UNREAD);
    newest = null;
    sheet.replaceChildren(...spans);
    slider.max = text.tokens;
    moment = Math.min(text.tokens, Math.round(2.5 * (setup.state ?? text.tokens)));
    slider.value = moment;
    select();
    sheet.scrollTop = 0;
    follow();
  }

  build();
});
